using System.Buffers;
using Hyper.Core.Internal;

namespace Hyper.Core.Tests;

/// <summary>A store in memory that behaves as one with a disk: nothing is found or written without leaving the loop.</summary>
internal sealed class SlowStore : IKeyValueStore
{
    private readonly MemoryStore _inner = new();

    public bool IsFull { get; set; }

    /// <summary>Whether reads are answered at once, as from a database that has everything in memory.</summary>
    public bool IsCached { get; set; }

    /// <summary>Called between a write and the moment in which the writer hears of it.</summary>
    public Action? Written { get; set; }

    /// <summary>Writes wait here while it is closed.</summary>
    public ManualResetEventSlim Gate { get; } = new(true);

    /// <summary>Called before each write.</summary>
    public Action? Writing { get; set; }

    public bool MayBlock => true;

    public Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value)
    {
        value = default;
        return IsCached ? _inner.TryGet(key, out value) : Lookup.NotInMemory;
    }

    public Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value)
    {
        value = null;
        if (!mayBlock)
            return Lookup.NotInMemory;
        return _inner.Lend(key, mayBlock, out value);
    }

    public byte[]?[] GetMany(IReadOnlyList<byte[]> keys) => _inner.GetMany(keys);

    public List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse) =>
        _inner.ReadRange(start, end, limit, reverse);

    public void Write(IReadOnlyList<StoreBatch> batches, bool sync)
    {
        Writing?.Invoke();
        Assert.True(Gate.Wait(TimeSpan.FromSeconds(30)), "The gate was not opened.");
        if (IsFull)
            throw new IOException("No space left on device.");
        _inner.Write(batches, sync);
        Written?.Invoke();
    }

    public bool TryWriteAtOnce(IReadOnlyList<StoreBatch> batches) => false;

    public IKeyValueSnapshot TakeSnapshot() => new SlowSnapshot(_inner.TakeSnapshot());

    public void Flush() { }

    public void Compact() { }

    public void Dispose() { }

    /// <summary>As one of a database: it is gone with its last owner, and must not be read then.</summary>
    private sealed class SlowSnapshot(IKeyValueSnapshot inner) : IKeyValueSnapshot
    {
        private int _owners = 1;

        public Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value)
        {
            value = default;
            return Lookup.NotInMemory;
        }

        public Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value)
        {
            VerifyOwned();
            value = null;
            return mayBlock ? inner.Lend(key, mayBlock, out value) : Lookup.NotInMemory;
        }

        public byte[]?[] GetMany(IReadOnlyList<byte[]> keys)
        {
            VerifyOwned();
            return inner.GetMany(keys);
        }

        public List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse)
        {
            VerifyOwned();
            return inner.ReadRange(start, end, limit, reverse);
        }

        public IKeyValueSnapshot Share()
        {
            _owners++;
            return this;
        }

        public void Dispose() => _owners--;

        private void VerifyOwned() => Assert.True(_owners > 0, "A snapshot is read that was released.");
    }
}
