using System.Buffers.Binary;

namespace Hyper.Encoding;

/// <summary>
/// Reads compact encoding from foreign bytes. Every method answers false when the bytes run out and then leaves the
/// position where it was; nothing throws, and nothing is allocated before its length is known to be present.
/// </summary>
public ref partial struct CompactReader(ReadOnlySpan<byte> buffer)
{
    private readonly ReadOnlySpan<byte> _buffer = buffer;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<byte> Remaining => _buffer[Position..];

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => Position == _buffer.Length;

    /// <summary>A variable-length unsigned integer. Longer forms than needed are accepted, as in JS.</summary>
    public bool TryReadUInt(out ulong value)
    {
        value = 0;
        if (Position >= _buffer.Length)
            return false;
        var first = _buffer[Position];
        if (first <= 0xfc)
        {
            value = first;
            Position++;
            return true;
        }
        var width = 1 << (first - 0xfc);
        var rest = _buffer[(Position + 1)..];
        if (rest.Length < width)
            return false;
        value = first switch
        {
            0xfd => BinaryPrimitives.ReadUInt16LittleEndian(rest),
            0xfe => BinaryPrimitives.ReadUInt32LittleEndian(rest),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(rest),
        };
        Position += 1 + width;
        return true;
    }

    /// <summary>A variable-length unsigned integer that must not pass <paramref name="max"/>.</summary>
    public bool TryReadUInt(uint max, out uint value)
    {
        var start = Position;
        if (TryReadUInt(out var wide) && wide <= max)
        {
            value = (uint)wide;
            return true;
        }
        Position = start;
        value = 0;
        return false;
    }

    /// <summary>One byte.</summary>
    public bool TryReadUInt8(out byte value)
    {
        var read = TryReadRaw(1, out var bytes);
        value = read ? bytes[0] : default;
        return read;
    }

    /// <summary>Two bytes, little-endian.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        var read = TryReadRaw(2, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : default;
        return read;
    }

    /// <summary>Four bytes, little-endian.</summary>
    public bool TryReadUInt32(out uint value)
    {
        var read = TryReadRaw(4, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : default;
        return read;
    }

    /// <summary>Eight bytes, little-endian.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        var read = TryReadRaw(8, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : default;
        return read;
    }

    /// <summary>Exactly <paramref name="length"/> bytes, in place.</summary>
    public bool TryReadRaw(int length, out ReadOnlySpan<byte> value)
    {
        if (_buffer.Length - Position < length)
        {
            value = default;
            return false;
        }
        value = _buffer.Slice(Position, length);
        Position += length;
        return true;
    }

    /// <summary>Thirty-two bytes.</summary>
    public bool TryReadFixed32(out Bytes32 value)
    {
        var read = TryReadRaw(Bytes32.Length, out var bytes);
        value = read ? new Bytes32(bytes) : default;
        return read;
    }

    /// <summary>A length-prefixed buffer, in place. Zero length is how JS writes null.</summary>
    public bool TryReadBuffer(out ReadOnlySpan<byte> value)
    {
        var start = Position;
        if (TryReadUInt(out var length) && length <= int.MaxValue && TryReadRaw((int)length, out value))
            return true;
        Position = start;
        value = default;
        return false;
    }

    /// <summary>A length-prefixed UTF-8 string; invalid sequences become U+FFFD, as in JS.</summary>
    public bool TryReadString(out string value)
    {
        var read = TryReadBuffer(out var bytes);
        value = read ? TextEncoding.UTF8.GetString(bytes) : "";
        return read;
    }
}
