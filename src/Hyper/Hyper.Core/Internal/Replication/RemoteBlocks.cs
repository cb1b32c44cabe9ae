namespace Hyper.Core.Internal;

/// <summary>
/// Which blocks a peer says it has: all below its contiguous length, and single ones in at most <see cref="MaxPages"/> pages.
/// What finds no room is forgotten, so the peer is taken to have less than it has, never more. Belongs to its
/// <see cref="RemoteCore"/>. Source: hypercore 11.18.3, lib/replicator.js, <c>onrange</c> and <c>onbitfield</c>.
/// </summary>
internal sealed class RemoteBlocks
{
    /// <summary>4 MiB, or 33 million blocks that do not follow on the first: what one peer may cost us for one core.</summary>
    public const int MaxPages = 1024;

    private readonly Bitfield _bits = new();

    /// <summary>The peer has every block below it.</summary>
    public ulong ContiguousLength { get; private set; }

    /// <summary>Messages of which a part was forgotten or made no sense.</summary>
    public long Ignored { get; private set; }

    public int PageCount => _bits.PageCount;

    public bool Has(ulong index) => index < ContiguousLength || _bits.Get(index);

    /// <summary>Whether it has all <paramref name="length"/> blocks from <paramref name="start"/> on.</summary>
    public bool HasAll(ulong start, ulong length)
    {
        var first = Math.Max(start, ContiguousLength);
        return first >= start + length || _bits.FirstUnset(first) >= start + length;
    }

    /// <summary>The first block in [<paramref name="from"/>, <paramref name="end"/>) that it has and is not marked in the other.</summary>
    public ulong? FirstNotIn(Bitfield other, ulong from, ulong end)
    {
        if (from < ContiguousLength)
        {
            var hit = other.FirstUnset(from);
            if (hit < ContiguousLength)
                return hit < end ? hit : null;
            from = ContiguousLength;
        }
        return _bits.FirstSetNotIn(other, from, end);
    }

    public void Apply(in RangeMessage message)
    {
        var start = Math.Min(message.Start, FlatTree.MaxLength);
        var end = Math.Min(message.Start + message.Length, FlatTree.MaxLength);
        if (end != message.Start + message.Length)
            Ignored++;
        if (message.Drop)
        {
            ContiguousLength = Math.Min(ContiguousLength, start);
            _bits.SetRange(start, end, false);
        }
        else if (start == 0)
            ContiguousLength = Math.Max(ContiguousLength, end);
        else
            Set(start, end);
    }

    /// <summary>What the message does not cover stays; within it the message is the truth.</summary>
    public void Apply(in BitfieldMessage message)
    {
        ContiguousLength = Math.Min(ContiguousLength, message.Start);
        var words = message.Words;
        if (message.Start % 32 != 0 || message.Start + (8 * (ulong)words.Length) > FlatTree.MaxLength)
        {
            Ignored++;
            return;
        }
        for (var start = message.Start; !words.IsEmpty; )
        {
            var room = (BitPage.Bits - (int)(start % BitPage.Bits)) / 8;
            var part = words.Span[..Math.Min(room, words.Length)];
            // A page without bits is not worth its memory.
            if (part.ContainsAnyExcept((byte)0) ? HasRoom(start) : _bits.FindPage(Bitfield.PageOf(start)) is not null)
                _bits.Replace(start, part);
            start += 8 * (ulong)part.Length;
            words = words[part.Length..];
        }
    }

    private void Set(ulong start, ulong end)
    {
        while (start < end && HasRoom(start))
        {
            var stop = Math.Min(end, (Bitfield.PageOf(start) + 1) * BitPage.Bits);
            _bits.SetRange(start, stop, true);
            start = stop;
        }
    }

    private bool HasRoom(ulong start)
    {
        if (_bits.PageCount < MaxPages || _bits.FindPage(Bitfield.PageOf(start)) is not null)
            return true;
        Ignored++;
        return false;
    }
}
