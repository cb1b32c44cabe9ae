using System.Buffers;
using Hyper.Encoding;

namespace Hyper.Mux.Internal;

/// <summary>Messages that came before their channel was open, back to back in one pooled buffer.</summary>
internal sealed class PendingMessages : IDisposable
{
    private byte[] _buffer = [];
    private int _written;
    private int _read;

    public void Add(ulong type, ReadOnlySpan<byte> payload)
    {
        var size = CompactEncoding.SizeOfUInt(type) + CompactEncoding.SizeOfBuffer(payload.Length);
        EnsureRoom(size);
        var writer = new CompactWriter(_buffer.AsSpan(_written, size));
        writer.WriteUInt(type);
        writer.WriteBuffer(payload);
        _written += size;
    }

    /// <summary>Takes the oldest; the span is valid until the next call.</summary>
    public bool TryTake(out ulong type, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        var reader = new CompactReader(_buffer.AsSpan(_read, _written - _read));
        if (!reader.TryReadUInt(out type) || !reader.TryReadBuffer(out payload))
            return false;
        _read += reader.Position;
        return true;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _written = _read = 0;
    }

    private void EnsureRoom(int bytes)
    {
        if (_buffer.Length - _written >= bytes)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_written + bytes, 2 * _buffer.Length));
        _buffer.AsSpan(0, _written).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
