using System.Buffers;
using System.Diagnostics;

namespace Hyper.SecretStream.Internal;

/// <summary>
/// Cuts frames (24-bit little-endian length, then the body) out of bytes as they arrive. A body that lies wholly in the
/// arriving bytes is given in place. Otherwise it is gathered, with one copy, in a pooled buffer. At first that grows with
/// what has really arrived: announcing a length reserves nothing. A length that the other side has proven to mean by an
/// authentic frame of it (<see cref="Trust"/>) is reserved at once from then on, and so never moved.
/// After each frame the caller calls <see cref="Release"/>.
/// </summary>
internal struct FrameReader
{
    private const int InitialBytes = 16 * 1024;

    private byte[]? _gathered;
    private int _gatheredCount;
    private int _lengthCount;
    private int _length;
    private int _trustedBytes;

    /// <summary>Whether a frame has begun and not ended.</summary>
    public readonly bool IsInsideFrame => _lengthCount > 0;

    /// <summary>Size of the buffer held for the present frame.</summary>
    public readonly int ReservedBytes => _gathered?.Length ?? 0;

    /// <summary>Bytes copied so far, those moved to a larger buffer included.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>The body just given, writable, when it was gathered; else empty.</summary>
    public readonly Span<byte> Gathered => _gathered is null ? default : _gathered.AsSpan(0, _length);

    /// <summary>Takes bytes from the front of <paramref name="data"/> up to the end of one frame.</summary>
    public FrameStatus Read(ref ReadOnlySpan<byte> data, int minBytes, int maxBytes, out ReadOnlySpan<byte> body)
    {
        body = default;
        while (_lengthCount < SecretStreamWire.LengthBytes)
        {
            if (data.IsEmpty)
                return FrameStatus.NeedMoreData;
            _length |= data[0] << (8 * _lengthCount++);
            data = data[1..];
        }
        if (_length < minBytes)
            return FrameStatus.TooShort;
        if (_length > maxBytes)
            return FrameStatus.TooLong;
        if (_gathered is null && data.Length >= _length)
        {
            body = data[.._length];
            data = data[_length..];
            return FrameStatus.Frame;
        }
        Gather(ref data);
        if (_gatheredCount < _length)
            return FrameStatus.NeedMoreData;
        body = Gathered;
        return FrameStatus.Frame;
    }

    /// <summary>Gives the buffer back and begins the next frame.</summary>
    public void Release()
    {
        if (_gathered is not null)
            ArrayPool<byte>.Shared.Return(_gathered);
        _gathered = null;
        _gatheredCount = _lengthCount = _length = 0;
    }

    /// <summary>Bodies of up to this length are reserved as soon as they are announced.</summary>
    public void Trust(int bodyBytes) => _trustedBytes = Math.Max(_trustedBytes, bodyBytes);

    private void Gather(ref ReadOnlySpan<byte> data)
    {
        var taken = Math.Min(data.Length, _length - _gatheredCount);
        if (taken == 0)
            return;
        var needed = _gatheredCount + taken;
        if (_gathered is null)
            _gathered = ArrayPool<byte>.Shared.Rent(
                Math.Min(_length, Math.Max(needed, Math.Max(InitialBytes, _trustedBytes)))
            );
        else if (_gathered.Length < needed)
            Grow(needed);
        data[..taken].CopyTo(_gathered.AsSpan(_gatheredCount));
        CopiedBytes += taken;
        _gatheredCount = needed;
        data = data[taken..];
    }

    private void Grow(int needed)
    {
        Debug.Assert(_gathered is not null);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_length, Math.Max(needed, _gathered.Length * 2)));
        _gathered.AsSpan(0, _gatheredCount).CopyTo(larger);
        CopiedBytes += _gatheredCount;
        ArrayPool<byte>.Shared.Return(_gathered);
        _gathered = larger;
    }
}
