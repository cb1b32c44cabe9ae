using System.Buffers.Binary;

namespace Hyper.Encoding;

/// <summary>
/// Writes compact encoding into a buffer that the caller has sized with <see cref="CompactEncoding"/>.
/// A buffer that is too small is a bug of the caller and throws.
/// </summary>
public ref partial struct CompactWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>What was written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Position];

    /// <summary>A variable-length unsigned integer in its shortest form.</summary>
    public void WriteUInt(ulong value)
    {
        switch (value)
        {
            case <= 0xfc:
                WriteUInt8((byte)value);
                break;
            case <= 0xffff:
                WriteUInt8(0xfd);
                WriteUInt16((ushort)value);
                break;
            case <= 0xffff_ffff:
                WriteUInt8(0xfe);
                WriteUInt32((uint)value);
                break;
            default:
                WriteUInt8(0xff);
                WriteUInt64(value);
                break;
        }
    }

    /// <summary>One byte.</summary>
    public void WriteUInt8(byte value) => _buffer[Position++] = value;

    /// <summary>Two bytes, little-endian.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    /// <summary>Four bytes, little-endian.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Eight bytes, little-endian.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>Bytes as they are, without a length.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>Thirty-two bytes as they are.</summary>
    public void WriteFixed32(scoped in Bytes32 value) => WriteRaw(value.Span);

    /// <summary>A length-prefixed buffer; an empty one is also how a null is written.</summary>
    public void WriteBuffer(scoped ReadOnlySpan<byte> value)
    {
        WriteUInt((ulong)value.Length);
        WriteRaw(value);
    }

    /// <summary>A length-prefixed UTF-8 string.</summary>
    public void WriteString(scoped ReadOnlySpan<char> value)
    {
        var length = TextEncoding.UTF8.GetByteCount(value);
        WriteUInt((ulong)length);
        TextEncoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>Room for <paramref name="length"/> bytes that the caller fills.</summary>
    public Span<byte> Take(int length)
    {
        var room = _buffer.Slice(Position, length);
        Position += length;
        return room;
    }
}
