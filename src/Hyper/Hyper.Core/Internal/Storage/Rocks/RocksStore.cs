using System.Buffers;
using static Hyper.Core.Internal.RocksNative;

namespace Hyper.Core.Internal;

/// <summary>
/// A store in RocksDB, in the families and with the options of JavaScript's. The database itself is safe for several threads;
/// the owner sees to it that nothing is in a call when it disposes this.
/// </summary>
internal sealed class RocksStore : IKeyValueStore
{
    private const string Family = "corestore";
    private const int BlockCacheTier = 1;

    /// <summary>Memory of a batch up to this is used again for the next.</summary>
    private const long MaxKeptBytes = 8 * 1024 * 1024;

    private readonly HashSet<RocksSnapshot> _snapshots = [];
    private readonly HashSet<PinnedValue> _lent = [];
    private readonly nint[] _families = new nint[2];
    private readonly nint _cache;
    private readonly nint _syncWrite = rocksdb_writeoptions_create();
    private readonly nint _plainWrite = rocksdb_writeoptions_create();
    private readonly nint _hastyWrite = rocksdb_writeoptions_create();
    private nint _database;

    // Writes come one at a time.
    private nint _batch = rocksdb_writebatch_create();

    private RocksStore(string path, bool createIfMissing, int blockCacheBytes)
    {
        rocksdb_writeoptions_set_sync(_syncWrite, 1);
        rocksdb_writeoptions_set_no_slowdown(_hastyWrite, 1);
        _cache = rocksdb_cache_create_lru((nuint)blockCacheBytes);
        var options = RocksOptions.CreateForDatabase(createIfMissing);
        nint[] familyOptions =
        [
            RocksOptions.CreateForFamily(hasBlobs: false, _cache),
            RocksOptions.CreateForFamily(hasBlobs: true, _cache),
        ];
        nint error = 0;
        _database = rocksdb_open_column_families(
            options,
            path,
            _families.Length,
            ["default", Family],
            familyOptions,
            _families,
            ref error
        );
        rocksdb_options_destroy(options);
        foreach (var family in familyOptions)
            rocksdb_options_destroy(family);
        Reader = new RocksReader(this, snapshot: 0);
        if (TakeError(error) is not { } text)
            return;
        Reader.Dispose();
        FreeOptions();
        throw ToException(text);
    }

    public bool MayBlock => true;

    internal nint Database =>
        _database != 0
            ? _database
            : throw new HypercoreException(HypercoreErrorCode.SessionClosed, "The store is closed.");

    internal nint Cores => _families[1];

    private RocksReader Reader { get; }

    /// <summary>Opens the database in a folder. May block.</summary>
    /// <exception cref="HypercoreException">STORAGE_LOCKED, STORAGE_CORRUPT or STORAGE_EMPTY.</exception>
    public static RocksStore Open(string path, bool createIfMissing, int blockCacheBytes) =>
        new(path, createIfMissing, blockCacheBytes);

    public Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value) => Reader.TryGet(key, out value);

    public Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value) =>
        Reader.Lend(key, mayBlock, out value);

    public byte[]?[] GetMany(IReadOnlyList<byte[]> keys) => Reader.GetMany(keys);

    public List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse) =>
        Reader.ReadRange(start, end, limit, reverse);

    public void Write(IReadOnlyList<StoreBatch> batches, bool sync)
    {
        if (Write(batches, sync ? _syncWrite : _plainWrite) is { } text)
            throw NotWritten(text);
    }

    public bool TryWriteAtOnce(IReadOnlyList<StoreBatch> batches) =>
        Write(batches, _hastyWrite) switch
        {
            null => true,
            { } text when text.StartsWith(RocksReader.Incomplete, StringComparison.Ordinal) => false,
            { } text => throw NotWritten(text),
        };

    private string? Write(IReadOnlyList<StoreBatch> batches, nint options)
    {
        var bytes = 0L;
        foreach (var batch in batches)
        {
            bytes += batch.Bytes;
            for (var i = 0; i < batch.Count; i++)
                Add(_batch, batch[i]);
        }
        nint error = 0;
        rocksdb_write(Database, options, _batch, ref error);
        if (bytes <= MaxKeptBytes)
        {
            rocksdb_writebatch_clear(_batch);
        }
        else
        {
            rocksdb_writebatch_destroy(_batch);
            _batch = rocksdb_writebatch_create();
        }
        return TakeError(error);
    }

    /// <summary>Lends what a slice holds. Called from any thread.</summary>
    internal PinnedValue Lend(nint slice)
    {
        var value = new PinnedValue(this, slice);
        lock (_lent)
            _lent.Add(value);
        return value;
    }

    internal void Forget(PinnedValue value)
    {
        lock (_lent)
            _lent.Remove(value);
    }

    private static IOException NotWritten(string text) => new($"The store could not be written: {text}.");

    public IKeyValueSnapshot TakeSnapshot()
    {
        var snapshot = new RocksSnapshot(this);
        _snapshots.Add(snapshot);
        return snapshot;
    }

    public void Flush()
    {
        var options = rocksdb_flushoptions_create();
        nint error = 0;
        rocksdb_flush_cf(Database, options, Cores, ref error);
        rocksdb_flushoptions_destroy(options);
        if (TakeError(error) is { } text)
            throw new IOException($"The store could not be flushed: {text}.");
    }

    public void Compact() => rocksdb_compact_range_cf(Database, Cores, default, 0, default, 0);

    public void Dispose()
    {
        if (_database == 0)
            return;
        // Snapshots of sessions that were never closed must not outlive the database.
        foreach (var snapshot in _snapshots.ToArray())
            snapshot.Release();
        // What was lent neither.
        lock (_lent)
        {
            foreach (var value in _lent)
                value.Release();
            _lent.Clear();
        }
        Reader.Dispose();
        foreach (var family in _families)
            rocksdb_column_family_handle_destroy(family);
        rocksdb_close(_database);
        _database = 0;
        FreeOptions();
    }

    internal void Forget(RocksSnapshot snapshot) => _snapshots.Remove(snapshot);

    internal static HypercoreException ToException(string text)
    {
        var code =
            text.StartsWith("Corruption", StringComparison.Ordinal) ? HypercoreErrorCode.StorageCorrupt
            : text.Contains("lock file", StringComparison.OrdinalIgnoreCase)
            || text.Contains("lock hold by", StringComparison.OrdinalIgnoreCase)
                ? HypercoreErrorCode.StorageLocked
            : text.Contains("does not exist", StringComparison.Ordinal) ? HypercoreErrorCode.StorageEmpty
            : HypercoreErrorCode.StorageCorrupt;
        return new HypercoreException(code, $"RocksDB: {text}.");
    }

    private void Add(nint native, StoreChange change)
    {
        var key = change.Key;
        var value = change.Value;
        switch (change.Kind)
        {
            case StoreChangeKind.Put:
                rocksdb_writebatch_put_cf(native, Cores, key, (nuint)key.Length, value, (nuint)value.Length);
                break;
            case StoreChangeKind.Delete:
                rocksdb_writebatch_delete_cf(native, Cores, key, (nuint)key.Length);
                break;
            default:
                rocksdb_writebatch_delete_range_cf(native, Cores, key, (nuint)key.Length, value, (nuint)value.Length);
                break;
        }
    }

    private void FreeOptions()
    {
        rocksdb_writebatch_destroy(_batch);
        rocksdb_writeoptions_destroy(_syncWrite);
        rocksdb_writeoptions_destroy(_plainWrite);
        rocksdb_writeoptions_destroy(_hastyWrite);
        rocksdb_cache_destroy(_cache);
    }

    /// <summary>Options that read only what needs no disk.</summary>
    internal static nint CreateMemoryReadOptions(nint snapshot)
    {
        var options = CreateReadOptions(snapshot);
        rocksdb_readoptions_set_read_tier(options, BlockCacheTier);
        return options;
    }

    internal static nint CreateReadOptions(nint snapshot)
    {
        var options = rocksdb_readoptions_create();
        if (snapshot != 0)
            rocksdb_readoptions_set_snapshot(options, snapshot);
        return options;
    }
}
