using System.Buffers;

namespace Hyper.SecretStream.Internal;

/// <summary>Bytes that gather at the end of a pooled array, which grows as needed and is given back when emptied.</summary>
internal sealed class PooledBuffer
{
    private const int InitialBytes = 4 * 1024;

    private byte[] _bytes = [];

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Count);

    public Span<byte> GetSpan(int sizeHint)
    {
        var needed = Count + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
            Grow(needed);
        return _bytes.AsSpan(Count);
    }

    public void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _bytes.Length - Count);
        Count += bytes;
    }

    public void Clear()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Count = 0;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, InitialBytes), Count * 2));
        Written.Span.CopyTo(larger);
        var count = Count;
        Clear();
        _bytes = larger;
        Count = count;
    }
}
