using System.Buffers;
using static Hyper.Core.Internal.RocksNative;

namespace Hyper.Core.Internal;

/// <summary>
/// A value that RocksDB keeps where it is until this is disposed: on one thread, or by the store when it closes, whichever comes
/// first. Nobody looks at it afterwards.
/// </summary>
internal sealed unsafe class PinnedValue : MemoryManager<byte>
{
    private readonly RocksStore _store;
    private readonly nint _slice;
    private readonly nint _data;
    private readonly int _length;
    private int _isReleased;

    public PinnedValue(RocksStore store, nint slice)
    {
        _store = store;
        _slice = slice;
        _data = rocksdb_pinnableslice_value(slice, out var length);
        _length = checked((int)length);
    }

    // In bounds: pointer and length come together from the database, which keeps them until the slice is destroyed.
    public override Span<byte> GetSpan() =>
        Volatile.Read(ref _isReleased) == 0
            ? new Span<byte>((void*)_data, _length)
            : throw new ObjectDisposedException(nameof(PinnedValue));

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, _length);
        return new MemoryHandle((byte*)_data + elementIndex);
    }

    public override void Unpin() { }

    /// <summary>Gives the memory back without telling the store.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            rocksdb_pinnableslice_destroy(_slice);
    }

    protected override void Dispose(bool disposing)
    {
        _store.Forget(this);
        Release();
    }
}
