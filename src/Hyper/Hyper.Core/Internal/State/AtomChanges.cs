namespace Hyper.Core.Internal;

/// <summary>
/// What an atom's view of a state has changed since it was opened or flushed last: how far the state's blocks are kept, and
/// which blocks came or went. Belongs to its view; read by the flush, which holds the view's turn.
/// </summary>
internal sealed class AtomChanges(TreeHead start)
{
    private readonly Bitfield _added = new();
    private readonly Bitfield _removed = new();
    private readonly SortedSet<ulong> _clears = [];

    /// <summary>The state's head when the view began.</summary>
    public TreeHead Start => start;

    /// <summary>Up to here the state's blocks were not cut.</summary>
    public ulong Kept { get; private set; } = start.Length;

    /// <summary>What the view shares with another data pointer now, if that changed.</summary>
    public CoreDependency? Dependency { get; set; }

    public bool IsTruncated => Kept < start.Length;

    /// <summary>Whether blocks of the state went that were not cut.</summary>
    public bool HasBits => _added.PageCount > 0 || _removed.PageCount > 0 || IsTruncated;

    /// <summary>Where blocks began that were cleared, in order: above the first of them nodes may be unused.</summary>
    public IReadOnlyCollection<ulong> Clears => _clears;

    public IEnumerable<(ulong Start, ulong End)> Added => RunsOf(_added);

    public IEnumerable<(ulong Start, ulong End)> Removed => RunsOf(_removed);

    public void Add(ulong from, ulong to)
    {
        _added.SetRange(from, to, true);
        _removed.SetRange(from, to, false);
    }

    public void Cut(ulong to, ulong from)
    {
        Kept = Math.Min(Kept, to);
        _added.SetRange(to, from, false);
        _removed.SetRange(to, from, false);
        _clears.RemoveWhere(clear => clear >= to);
    }

    public void Clear(ulong from, ulong to)
    {
        _added.SetRange(from, to, false);
        _removed.SetRange(from, to, true);
        _clears.Add(from);
    }

    /// <summary>The first block from <paramref name="at"/> on that the view does not have.</summary>
    public ulong FirstUnset(Bitfield core, ulong at)
    {
        while (true)
        {
            var next = _added.FirstUnset(at);
            if (next < Kept)
                next = Math.Max(
                    next,
                    Math.Min(Math.Min(core.FirstUnset(next), Kept), _removed.FirstSet(next) ?? ulong.MaxValue)
                );
            if (next == at)
                return at;
            at = next;
        }
    }

    /// <summary>Whether the view has any of <paramref name="count"/> blocks from <paramref name="from"/> on.</summary>
    public bool HasSet(Bitfield core, ulong from, ulong count)
    {
        if (_added.HasSet(from, count))
            return true;
        var end = Math.Min(from + count, Kept);
        return from < end && core.FirstSetNotIn(_removed, from, end) is not null;
    }

    /// <summary>The pages of the core's bits that change, as they will be.</summary>
    public IEnumerable<(ulong Number, BitPage Page)> GetPages(Bitfield core, ulong length)
    {
        var numbers = new SortedSet<ulong>(_added.Pages.Select(page => page.Key));
        numbers.UnionWith(_removed.Pages.Select(page => page.Key));
        var end = Math.Max(start.Length, length);
        for (var cut = Kept; IsTruncated && cut < end; cut = (Bitfield.PageOf(cut) + 1) * BitPage.Bits)
            numbers.Add(Bitfield.PageOf(cut));
        var bits = new Bitfield();
        foreach (var number in numbers)
        {
            if (core.FindPage(number) is { } known)
                bits.Load(number, known.AsBytes());
        }
        bits.SetRange(Kept, ulong.MaxValue, false);
        foreach (var (from, to) in Removed)
            bits.SetRange(from, to, false);
        _added.CopySet(0, ulong.MaxValue, bits);
        return numbers.Select(number => (number, bits.FindPage(number) ?? new BitPage()));
    }

    private static IEnumerable<(ulong Start, ulong End)> RunsOf(Bitfield bits)
    {
        for (var at = bits.FirstSet(0); at is { } from; at = bits.FirstSet(bits.FirstUnset(from)))
            yield return (from, bits.FirstUnset(from));
    }
}
