using System.Buffers;
using System.Collections.Immutable;

namespace Hyper.Core.Internal;

/// <summary>
/// A store in memory: for peers that keep nothing, and for tests. The set is immutable, so that a snapshot is a reference.
/// Used on one loop.
/// </summary>
internal sealed class MemoryStore : IKeyValueStore
{
    private ImmutableSortedSet<StoredEntry> _entries = ImmutableSortedSet.Create<StoredEntry>(ByKey.Instance);

    public bool MayBlock => false;

    /// <summary>Everything in it, in order.</summary>
    public IReadOnlyCollection<StoredEntry> Entries => _entries;

    public Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value) => TryGet(_entries, key, out value);

    public Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value) =>
        Lend(_entries, key, out value);

    public byte[]?[] GetMany(IReadOnlyList<byte[]> keys) => GetMany(_entries, keys);

    public List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse) =>
        ReadRange(_entries, start, end, limit, reverse);

    public void Write(IReadOnlyList<StoreBatch> batches, bool sync)
    {
        var entries = _entries.ToBuilder();
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Count; i++)
                Apply(entries, batch[i]);
        }
        _entries = entries.ToImmutable();
    }

    public bool TryWriteAtOnce(IReadOnlyList<StoreBatch> batches)
    {
        Write(batches, sync: false);
        return true;
    }

    public IKeyValueSnapshot TakeSnapshot() => new Snapshot(_entries);

    public void Flush() { }

    public void Compact() { }

    public void Dispose() { }

    private static void Apply(ImmutableSortedSet<StoredEntry>.Builder entries, StoreChange change)
    {
        var entry = new StoredEntry(change.Key.ToArray(), []);
        if (change.Kind != StoreChangeKind.DeleteRange)
        {
            entries.Remove(entry);
            if (change.Kind == StoreChangeKind.Put)
                entries.Add(entry with { Value = change.Value.ToArray() });
            return;
        }
        var first = Position(entries.IndexOf(entry));
        while (first < entries.Count && entries[first].Key.AsSpan().SequenceCompareTo(change.Value) < 0)
            entries.Remove(entries[first]);
    }

    private static Lookup TryGet(ImmutableSortedSet<StoredEntry> entries, ReadOnlySpan<byte> key, out StoredValue value)
    {
        var found = entries.TryGetValue(new StoredEntry(key.ToArray(), []), out var entry);
        value = found ? new StoredValue(entry.Value) : default;
        return found ? Lookup.Found : Lookup.Missing;
    }

    private static Lookup Lend(
        ImmutableSortedSet<StoredEntry> entries,
        ReadOnlySpan<byte> key,
        out IMemoryOwner<byte>? value
    )
    {
        var found = entries.TryGetValue(new StoredEntry(key.ToArray(), []), out var entry);
        value = found ? new ArrayOwner(entry.Value) : null;
        return found ? Lookup.Found : Lookup.Missing;
    }

    private static byte[]?[] GetMany(ImmutableSortedSet<StoredEntry> entries, IReadOnlyList<byte[]> keys)
    {
        var values = new byte[]?[keys.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = entries.TryGetValue(new StoredEntry(keys[i], []), out var entry) ? entry.Value : null;
        return values;
    }

    private static List<StoredEntry> ReadRange(
        ImmutableSortedSet<StoredEntry> entries,
        byte[] start,
        byte[] end,
        int limit,
        bool reverse
    )
    {
        var first = Position(entries.IndexOf(new StoredEntry(start, [])));
        var last = Position(entries.IndexOf(new StoredEntry(end, [])));
        var found = new List<StoredEntry>();
        for (var i = 0; i < Math.Min(limit, last - first); i++)
            found.Add(entries[reverse ? last - 1 - i : first + i]);
        return found;
    }

    /// <summary>Where an absent key would stand is given as the complement.</summary>
    private static int Position(int index) => index < 0 ? ~index : index;

    private sealed class Snapshot(ImmutableSortedSet<StoredEntry> entries) : IKeyValueSnapshot
    {
        public Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value) =>
            MemoryStore.TryGet(entries, key, out value);

        public Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value) =>
            MemoryStore.Lend(entries, key, out value);

        public byte[]?[] GetMany(IReadOnlyList<byte[]> keys) => MemoryStore.GetMany(entries, keys);

        public List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse) =>
            MemoryStore.ReadRange(entries, start, end, limit, reverse);

        public IKeyValueSnapshot Share() => this;

        public void Dispose() { }
    }

    private sealed class ByKey : IComparer<StoredEntry>
    {
        public static ByKey Instance { get; } = new();

        public int Compare(StoredEntry x, StoredEntry y) => x.Key.AsSpan().SequenceCompareTo(y.Key);
    }
}
