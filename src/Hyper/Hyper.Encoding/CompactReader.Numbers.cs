using System.Buffers.Binary;

namespace Hyper.Encoding;

public ref partial struct CompactReader
{
    /// <summary>A variable-length signed integer (zigzag: 0, -1, 1, -2...).</summary>
    public bool TryReadInt(out long value)
    {
        var read = TryReadUInt(out var folded);
        value = CompactEncoding.Unfold(folded);
        return read;
    }

    /// <summary>
    /// An unsigned integer of <paramref name="width"/> bytes (1 to 8), little-endian: JS's uint8, uint16, uint24 up to
    /// uint64.
    /// </summary>
    public bool TryReadFixedUInt(int width, out ulong value)
    {
        value = 0;
        if (!TryReadRaw(width, out var bytes))
            return false;
        for (var i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        return true;
    }

    /// <summary>A signed integer of <paramref name="width"/> bytes (1 to 8), zigzag: JS's int8 to int64.</summary>
    public bool TryReadFixedInt(int width, out long value)
    {
        var read = TryReadFixedUInt(width, out var folded);
        value = CompactEncoding.Unfold(folded);
        return read;
    }

    /// <summary>Four bytes, IEEE 754, little-endian.</summary>
    public bool TryReadFloat32(out float value)
    {
        var read = TryReadRaw(sizeof(float), out var bytes);
        value = read ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : 0;
        return read;
    }

    /// <summary>Eight bytes, IEEE 754, little-endian.</summary>
    public bool TryReadFloat64(out double value)
    {
        var read = TryReadRaw(sizeof(double), out var bytes);
        value = read ? BinaryPrimitives.ReadDoubleLittleEndian(bytes) : 0;
        return read;
    }

    /// <summary>One byte. As in JS, 1 is true and everything else false.</summary>
    public bool TryReadBool(out bool value)
    {
        var read = TryReadUInt8(out var flag);
        value = flag == 1;
        return read;
    }

    /// <summary>
    /// The length of an array whose items take at least <paramref name="minItemBytes"/> bytes each (at least 1). False
    /// also if it passes <see cref="CompactEncoding.MaxArrayLength"/>, or if so many items cannot be in what is left, so
    /// that room for the items can be made at once.
    /// </summary>
    public bool TryReadArrayLength(int minItemBytes, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minItemBytes, 1);
        var start = Position;
        if (TryReadUInt(CompactEncoding.MaxArrayLength, out var count) && count <= Remaining.Length / minItemBytes)
        {
            length = (int)count;
            return true;
        }
        Position = start;
        length = 0;
        return false;
    }
}
