using System.Collections.Immutable;

namespace Hyper.Core.Internal;

/// <summary>
/// Changes that are not written yet, seen as if they were: what an atom is made of. Keeps the changes in order for the one
/// write that ends it, and an index for reads. Belongs to one loop.
/// </summary>
internal sealed class StoreOverlay
{
    private static readonly ImmutableSortedDictionary<byte[], byte[]?> _nothing = ImmutableSortedDictionary.Create<
        byte[],
        byte[]?
    >(ByteOrder.Instance);

    private ImmutableSortedDictionary<byte[], byte[]?> _changes = _nothing;
    private ImmutableList<(byte[] Start, byte[] End)> _cleared = [];
    private StoreBatch? _recorded;

    /// <summary>How many changes wait to be written.</summary>
    public int Count => _recorded?.Count ?? 0;

    /// <summary>Whether the overlay decides about a key: a value, or null for a deleted one.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out byte[]? value)
    {
        value = null;
        if (_changes.IsEmpty && _cleared.IsEmpty)
            return false;
        return _changes.TryGetValue(key.ToArray(), out value) || IsCleared(key);
    }

    /// <summary>Takes the changes of an operation. The batch can be disposed afterwards.</summary>
    public void Apply(StoreBatch batch)
    {
        _recorded ??= new StoreBatch();
        for (var i = 0; i < batch.Count; i++)
        {
            Record(_recorded, batch[i]);
            Show(batch[i]);
        }
    }

    /// <summary>The same changes, which stay as they are while this overlay moves on.</summary>
    public StoreOverlay Snapshot() => new() { _changes = _changes, _cleared = _cleared };

    /// <summary>
    /// Gives the changes to be written, and goes on showing them: then come <see cref="EndWrite"/> and disposing the batch, or
    /// <see cref="PutBack"/>. What comes meanwhile is not in it.
    /// </summary>
    public StoreBatch BeginWrite()
    {
        var recorded = _recorded ?? new StoreBatch();
        _recorded = null;
        return recorded;
    }

    /// <summary>Leaves what was written to the store, which has it now.</summary>
    public void EndWrite()
    {
        _changes = _nothing;
        _cleared = [];
        for (var i = 0; i < Count; i++)
            Show(_recorded![i]);
    }

    /// <summary>Takes changes back that could not be written.</summary>
    public void PutBack(StoreBatch batch)
    {
        for (var i = 0; i < Count; i++)
            Record(batch, _recorded![i]);
        _recorded?.Dispose();
        _recorded = batch;
    }

    /// <summary>Lays the changes over entries of the store below, in the order of those.</summary>
    public List<StoredEntry> Merge(List<StoredEntry> below, byte[] start, byte[] end, int limit, bool reverse)
    {
        var merged = new SortedDictionary<byte[], byte[]>(ByteOrder.Instance);
        foreach (var (key, value) in below)
        {
            if (!IsCleared(key))
                merged[key] = value;
        }
        foreach (var (key, value) in _changes)
        {
            if (key.AsSpan().SequenceCompareTo(start) < 0 || key.AsSpan().SequenceCompareTo(end) >= 0)
                continue;
            if (value is null)
                merged.Remove(key);
            else
                merged[key] = value;
        }
        var entries = merged.Select(pair => new StoredEntry(pair.Key, pair.Value));
        return [.. (reverse ? entries.Reverse() : entries).Take(limit)];
    }

    private static void Record(StoreBatch batch, StoreChange change)
    {
        switch (change.Kind)
        {
            case StoreChangeKind.Put:
                // The value lies in a buffer of the operation's, which goes back to its pool.
                batch.PutOutside(change.Key, change.Value.ToArray());
                break;
            case StoreChangeKind.Delete:
                batch.Delete(change.Key);
                break;
            default:
                batch.DeleteRange(change.Key, change.Value);
                break;
        }
    }

    private void Show(StoreChange change)
    {
        switch (change.Kind)
        {
            case StoreChangeKind.Put:
                _changes = _changes.SetItem(change.Key.ToArray(), change.Value.ToArray());
                break;
            case StoreChangeKind.Delete:
                _changes = _changes.SetItem(change.Key.ToArray(), null);
                break;
            default:
                Clear(change.Key.ToArray(), change.Value.ToArray());
                break;
        }
    }

    private void Clear(byte[] start, byte[] end)
    {
        var changes = _changes.ToBuilder();
        foreach (var key in _changes.Keys)
        {
            if (key.AsSpan().SequenceCompareTo(start) >= 0 && key.AsSpan().SequenceCompareTo(end) < 0)
                changes[key] = null;
        }
        _changes = changes.ToImmutable();
        _cleared = _cleared.Add((start, end));
    }

    private bool IsCleared(ReadOnlySpan<byte> key)
    {
        foreach (var (start, end) in _cleared)
        {
            if (key.SequenceCompareTo(start) >= 0 && key.SequenceCompareTo(end) < 0)
                return true;
        }
        return false;
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static ByteOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
