using System.Buffers;

namespace Hyper.Core.Internal;

/// <summary>
/// Changes that are written together or not at all, in order. Keys and small values lie in one pooled buffer; blocks are
/// referred to, not copied, so their owner leaves them alone until the write is complete. Used by one operation; returned to
/// the pool by <see cref="Dispose"/> after the write.
/// </summary>
internal sealed class StoreBatch : IDisposable
{
    /// <summary>Room for what one append writes: a page of bits, and small things.</summary>
    private const int UsualBytes = 8 * 1024;

    /// <summary>A list above this is not kept for the next batch.</summary>
    private const int MaxKeptEntries = 256;

    private static List<Entry>? _spareEntries;

    private List<Entry> _entries = Interlocked.Exchange(ref _spareEntries, null) ?? new(16);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
    private int _used;

    public int Count => _entries.Count;

    /// <summary>Bytes of keys and values.</summary>
    public long Bytes { get; private set; }

    public StoreChange this[int index]
    {
        get
        {
            var entry = _entries[index];
            var value = entry.Outside.IsEmpty ? _buffer.AsSpan(entry.ValueAt, entry.ValueLength) : entry.Outside.Span;
            return new StoreChange(_buffer.AsSpan(entry.KeyAt, entry.KeyLength), value, entry.Kind);
        }
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Add(StoreChangeKind.Put, key, value, default);

    /// <summary>Puts a value that stays where it is.</summary>
    public void PutOutside(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value) =>
        Add(StoreChangeKind.Put, key, default, value);

    public void Delete(ReadOnlySpan<byte> key) => Add(StoreChangeKind.Delete, key, default, default);

    /// <summary>Deletes every key from <paramref name="start"/> up to but without <paramref name="end"/>.</summary>
    public void DeleteRange(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end) =>
        Add(StoreChangeKind.DeleteRange, start, end, default);

    public void Dispose()
    {
        if (_buffer.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        var entries = _entries;
        _entries = [];
        entries.Clear();
        if (entries.Capacity <= MaxKeptEntries)
            _spareEntries = entries;
    }

    private void Add(
        StoreChangeKind kind,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        ReadOnlyMemory<byte> outside
    )
    {
        Bytes += key.Length + value.Length + outside.Length;
        _entries.Add(new Entry(kind, Take(key), key.Length, Take(value), value.Length, outside));
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        var needed = _used + bytes.Length;
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _buffer.Length));
            _buffer.AsSpan(0, _used).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        bytes.CopyTo(_buffer.AsSpan(_used));
        var at = _used;
        _used = needed;
        return at;
    }

    private readonly record struct Entry(
        StoreChangeKind Kind,
        int KeyAt,
        int KeyLength,
        int ValueAt,
        int ValueLength,
        ReadOnlyMemory<byte> Outside
    );
}
