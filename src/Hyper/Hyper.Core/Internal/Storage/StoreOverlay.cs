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
            var change = batch[i];
            switch (change.Kind)
            {
                case StoreChangeKind.Put:
                    var value = change.Value.ToArray();
                    _recorded.Put(change.Key, value);
                    _changes = _changes.SetItem(change.Key.ToArray(), value);
                    break;
                case StoreChangeKind.Delete:
                    _recorded.Delete(change.Key);
                    _changes = _changes.SetItem(change.Key.ToArray(), null);
                    break;
                default:
                    _recorded.DeleteRange(change.Key, change.Value);
                    Clear(change.Key.ToArray(), change.Value.ToArray());
                    break;
            }
        }
    }

    /// <summary>The same changes, which stay as they are while this overlay moves on.</summary>
    public StoreOverlay Snapshot() => new() { _changes = _changes, _cleared = _cleared };

    /// <summary>Hands the changes over to be written, and is empty afterwards. Null if there are none.</summary>
    public StoreBatch? Take()
    {
        var recorded = _recorded;
        _recorded = null;
        _changes = _nothing;
        _cleared = [];
        return recorded;
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
