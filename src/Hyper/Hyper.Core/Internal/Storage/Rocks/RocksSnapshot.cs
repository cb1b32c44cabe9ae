using System.Buffers;
using static Hyper.Core.Internal.RocksNative;

namespace Hyper.Core.Internal;

/// <summary>A database as it was. Released with its owner or with the database, whichever ends first.</summary>
internal sealed class RocksSnapshot : IKeyValueSnapshot
{
    private readonly RocksStore _store;
    private readonly RocksReader _reader;
    private nint _snapshot;
    private int _owners = 1;

    public RocksSnapshot(RocksStore store)
    {
        _store = store;
        _snapshot = rocksdb_create_snapshot(store.Database);
        _reader = new RocksReader(store, _snapshot);
    }

    private RocksReader Reader =>
        _snapshot != 0
            ? _reader
            : throw new HypercoreException(HypercoreErrorCode.SessionClosed, "The snapshot is closed.");

    public Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value) => Reader.TryGet(key, out value);

    public Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value) =>
        Reader.Lend(key, mayBlock, out value);

    public byte[]?[] GetMany(IReadOnlyList<byte[]> keys) => Reader.GetMany(keys);

    public List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse) =>
        Reader.ReadRange(start, end, limit, reverse);

    public IKeyValueSnapshot Share()
    {
        _owners++;
        return this;
    }

    public void Dispose()
    {
        if (--_owners == 0)
            Release();
    }

    /// <summary>Gives the snapshot back, whoever still owns it.</summary>
    public void Release()
    {
        if (_snapshot == 0)
            return;
        var snapshot = _snapshot;
        _snapshot = 0;
        _reader.Dispose();
        rocksdb_release_snapshot(_store.Database, snapshot);
        _store.Forget(this);
    }
}
