namespace Intercom.Sidechannels.Internal;

/// <summary>Dropped messages by reason.</summary>
internal sealed class DropCounts
{
    private static readonly int _reasons = Enum.GetValues<DropReason>().Length;

    private readonly long[] _counts = new long[_reasons];

    public void Add(DropReason reason) => _counts[(int)reason]++;

    /// <summary>The reasons that occurred.</summary>
    public IReadOnlyDictionary<DropReason, long> ToDictionary()
    {
        var counts = new Dictionary<DropReason, long>();
        for (var reason = 0; reason < _counts.Length; reason++)
            if (_counts[reason] > 0)
                counts.Add((DropReason)reason, _counts[reason]);
        return counts;
    }
}
