using System.Buffers.Binary;

namespace Hyper.Encoding;

public ref partial struct CompactWriter
{
    /// <summary>A variable-length signed integer (zigzag: 0, -1, 1, -2...).</summary>
    public void WriteInt(long value) => WriteUInt(CompactEncoding.Fold(value));

    /// <summary>
    /// An unsigned integer of <paramref name="width"/> bytes (1 to 8), little-endian: JS's uint8, uint16, uint24 up to
    /// uint64.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value needs more bytes. JS would cut it.</exception>
    public void WriteFixedUInt(int width, ulong value)
    {
        if (width < sizeof(ulong))
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, (1UL << (8 * width)) - 1);
        foreach (ref var next in Take(width))
        {
            next = (byte)value;
            value >>= 8;
        }
    }

    /// <summary>A signed integer of <paramref name="width"/> bytes (1 to 8), zigzag: JS's int8 to int64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value needs more bytes. JS would cut it.</exception>
    public void WriteFixedInt(int width, long value) => WriteFixedUInt(width, CompactEncoding.Fold(value));

    /// <summary>Four bytes, IEEE 754, little-endian.</summary>
    public void WriteFloat32(float value) => BinaryPrimitives.WriteSingleLittleEndian(Take(sizeof(float)), value);

    /// <summary>Eight bytes, IEEE 754, little-endian.</summary>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), value);

    /// <summary>One byte, 1 or 0.</summary>
    public void WriteBool(bool value) => WriteUInt8(value ? (byte)1 : (byte)0);
}
