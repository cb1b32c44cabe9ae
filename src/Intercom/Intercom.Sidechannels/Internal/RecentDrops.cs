namespace Intercom.Sidechannels.Internal;

/// <summary>The last messages dropped on one channel. Takes its room with the first. Belongs to the loop.</summary>
internal sealed class RecentDrops
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 32;

    private DropRecord[]? _records;
    private long _count;

    public void Add(DropRecord record)
    {
        _records ??= new DropRecord[Capacity];
        _records[_count++ % Capacity] = record;
    }

    /// <summary>Them, the oldest first.</summary>
    public IReadOnlyList<DropRecord> ToList()
    {
        var kept = (int)Math.Min(_count, Capacity);
        var list = new DropRecord[kept];
        for (var i = 0; i < kept; i++)
            list[i] = _records![(_count - kept + i) % Capacity];
        return list;
    }
}
