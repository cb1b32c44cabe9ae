using System.Numerics;

namespace Hyper.Encoding;

/// <summary>
/// Integers whose bytes sort as their values do, for keys of ordered stores: JS's <c>lexint</c>.
/// Source: compact-encoding 2.18.0, lexint.js. From 2^32 + 251 up only the first 44 bits of the value less 251 are kept,
/// in JS too. JS takes the exponent from a floating logarithm, which for a few values just below 2^48 to 2^53 is one too
/// large; those are written here with the right exponent, and both sides read either.
/// </summary>
public static class LexicographicInteger
{
    private const int Base = 251;
    private const int MaxBytesWide = 8;
    private const byte WideFlag = 255;

    /// <summary>Bits by which the 48-bit remainder lies above the exponent's zero of 2^32: 48 - 5 = 32 + 11.</summary>
    private const int RemainderShift = 11;

    /// <summary>Bytes of a value: 1 to 5, or 8.</summary>
    public static int SizeOf(ulong value) =>
        value switch
        {
            < Base => 1,
            < 0x100 => 2,
            < 0x1_0000 => 3,
            < 0x100_0000 => 4,
            < 0x1_0000_0000 => 5,
            _ => MaxBytesWide,
        };

    /// <summary>Writes a value.</summary>
    public static void Write(ref CompactWriter writer, ulong value)
    {
        var size = SizeOf(value);
        if (size == 1)
        {
            writer.WriteUInt8((byte)value);
            return;
        }
        var rest = value - Base;
        if (size < MaxBytesWide)
        {
            writer.WriteUInt8((byte)(Base + size - 2));
            WriteBigEndian(writer.Take(size - 1), rest);
            return;
        }
        var exponent = BitOperations.Log2(rest) - 32;
        writer.WriteUInt8(WideFlag);
        // A value in [2^32, 2^32 + 251) has a rest below 2^32, so an exponent of -1, which JS writes as its low byte.
        writer.WriteUInt8((byte)exponent);
        var shift = exponent - RemainderShift;
        WriteBigEndian(writer.Take(6), shift >= 0 ? rest >> shift : rest << -shift);
    }

    /// <summary>Reads a value; false if the bytes run out or name more than 64 bits.</summary>
    public static bool TryRead(ref CompactReader reader, out ulong value)
    {
        value = 0;
        var ahead = reader;
        if (!ahead.TryReadUInt8(out var flag))
            return false;
        value = flag;
        if (
            flag >= Base
            && !(flag == WideFlag ? TryReadWide(ref ahead, out value) : TryReadRest(ref ahead, flag, out value))
        )
            return false;
        reader = ahead;
        return true;
    }

    private static bool TryReadRest(ref CompactReader reader, byte flag, out ulong value)
    {
        var read = TryReadBigEndian(ref reader, flag - Base + 1, out var rest);
        value = rest + Base;
        return read;
    }

    private static bool TryReadWide(ref CompactReader reader, out ulong value)
    {
        value = 0;
        if (!reader.TryReadUInt8(out var exponent) || !TryReadBigEndian(ref reader, 6, out var remainder))
            return false;
        var shift = (exponent == WideFlag ? -1 : exponent) - RemainderShift;
        if (shift > BitOperations.LeadingZeroCount(remainder))
            return false;
        var rest = shift >= 0 ? remainder << shift : remainder >> -shift;
        value = rest + Base;
        return value >= Base;
    }

    private static void WriteBigEndian(Span<byte> target, ulong value)
    {
        for (var i = target.Length - 1; i >= 0; i--, value >>= 8)
            target[i] = (byte)value;
    }

    private static bool TryReadBigEndian(ref CompactReader reader, int width, out ulong value)
    {
        value = 0;
        if (!reader.TryReadRaw(width, out var bytes))
            return false;
        foreach (var next in bytes)
            value = (value << 8) | next;
        return true;
    }
}
