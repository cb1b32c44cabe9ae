using System.Buffers;
using System.Runtime.InteropServices;
using static Hyper.Core.Internal.RocksNative;

namespace Hyper.Core.Internal;

/// <summary>Reads of a database, now or at a snapshot. Calls may come from several threads at once.</summary>
internal sealed class RocksReader(RocksStore store, nint snapshot) : IKeyValueReader, IDisposable
{
    /// <summary>How RocksDB begins the text of an error that says: not without waiting.</summary>
    internal const string Incomplete = "Result incomplete";

    private static readonly Action<nint> _releaseSlice = rocksdb_pinnableslice_destroy;

    private readonly nint _memoryOptions = RocksStore.CreateMemoryReadOptions(snapshot);
    private readonly nint _options = RocksStore.CreateReadOptions(snapshot);

    public Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value)
    {
        value = default;
        var lookup = Find(key, _memoryOptions, out var slice);
        if (lookup != Lookup.Found)
            return lookup;
        var data = rocksdb_pinnableslice_value(slice, out var length);
        value = new StoredValue(data, checked((int)length), slice, _releaseSlice);
        return Lookup.Found;
    }

    public Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value)
    {
        value = null;
        var lookup = Find(key, mayBlock ? _options : _memoryOptions, out var slice);
        if (lookup != Lookup.Found)
            return lookup;
        var data = rocksdb_pinnableslice_value(slice, out var length);
        if (length >= RocksOptions.MinBlobBytes)
        {
            value = store.Lend(slice);
            return Lookup.Found;
        }
        value = new ArrayOwner(Copy(data, length));
        rocksdb_pinnableslice_destroy(slice);
        return Lookup.Found;
    }

    public byte[]?[] GetMany(IReadOnlyList<byte[]> keys)
    {
        var values = new byte[]?[keys.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Get(keys[i]);
        return values;
    }

    public List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse)
    {
        var entries = new List<StoredEntry>();
        var iterator = rocksdb_create_iterator_cf(store.Database, _options, store.Cores);
        try
        {
            if (!reverse)
                rocksdb_iter_seek(iterator, start, (nuint)start.Length);
            else
                SeekBefore(iterator, end);
            while (entries.Count < limit && rocksdb_iter_valid(iterator) != 0)
            {
                var key = Copy(rocksdb_iter_key(iterator, out var keyLength), keyLength);
                if (reverse ? key.AsSpan().SequenceCompareTo(start) < 0 : key.AsSpan().SequenceCompareTo(end) >= 0)
                    break;
                entries.Add(new StoredEntry(key, Copy(rocksdb_iter_value(iterator, out var valueLength), valueLength)));
                if (reverse)
                    rocksdb_iter_prev(iterator);
                else
                    rocksdb_iter_next(iterator);
            }
            nint error = 0;
            rocksdb_iter_get_error(iterator, ref error);
            if (TakeError(error) is { } text)
                throw RocksStore.ToException(text);
            return entries;
        }
        finally
        {
            rocksdb_iter_destroy(iterator);
        }
    }

    public void Dispose()
    {
        rocksdb_readoptions_destroy(_memoryOptions);
        rocksdb_readoptions_destroy(_options);
    }

    private Lookup Find(ReadOnlySpan<byte> key, nint options, out nint slice)
    {
        nint error = 0;
        slice = rocksdb_get_pinned_cf(store.Database, options, store.Cores, key, (nuint)key.Length, ref error);
        if (TakeError(error) is { } text)
        {
            // What the disk knows has to be asked for there, and so has what is broken.
            return text.StartsWith(Incomplete, StringComparison.Ordinal)
                ? Lookup.NotInMemory
                : throw RocksStore.ToException(text);
        }
        return slice == 0 ? Lookup.Missing : Lookup.Found;
    }

    private byte[]? Get(byte[] key)
    {
        if (Find(key, _options, out var slice) != Lookup.Found)
            return null;
        var value = Copy(rocksdb_pinnableslice_value(slice, out var length), length);
        rocksdb_pinnableslice_destroy(slice);
        return value;
    }

    private static void SeekBefore(nint iterator, byte[] end)
    {
        rocksdb_iter_seek_for_prev(iterator, end, (nuint)end.Length);
        if (rocksdb_iter_valid(iterator) == 0)
            return;
        var key = Copy(rocksdb_iter_key(iterator, out var length), length);
        if (key.AsSpan().SequenceEqual(end))
            rocksdb_iter_prev(iterator);
    }

    private static byte[] Copy(nint data, nuint length)
    {
        var bytes = new byte[checked((int)length)];
        Marshal.Copy(data, bytes, 0, bytes.Length);
        return bytes;
    }
}
