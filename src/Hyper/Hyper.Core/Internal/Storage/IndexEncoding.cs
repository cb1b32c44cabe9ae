using System.Buffers.Binary;

namespace Hyper.Core.Internal;

/// <summary>
/// Numbers and strings whose bytes sort as their values do: the parts of a storage key.
/// Source: index-encoder 3.5.0, index.js, <c>UINT</c>, <c>INT</c> and <c>STRING</c>.
/// </summary>
internal static class IndexEncoding
{
    /// <summary>Bytes of the longest number.</summary>
    public const int MaxUIntBytes = 9;

    /// <summary>What sorts behind every number.</summary>
    public const byte Infinity = 0xff;

    private const byte LargestByte = 0xfb;

    /// <summary>Zero, among numbers that may be negative.</summary>
    private const byte FirstPositive = 5;

    /// <summary>Writes a number below 2^53 and says how long it is: 1, 3, 5 or 9 bytes.</summary>
    public static int WriteUInt(Span<byte> target, ulong value)
    {
        switch (value)
        {
            case <= LargestByte:
                target[0] = (byte)value;
                return 1;
            case <= ushort.MaxValue:
                target[0] = 0xfc;
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)value);
                return 3;
            case <= uint.MaxValue:
                target[0] = 0xfd;
                BinaryPrimitives.WriteUInt32BigEndian(target[1..], (uint)value);
                return 5;
            default:
                target[0] = 0xfe;
                BinaryPrimitives.WriteUInt64BigEndian(target[1..], value);
                return MaxUIntBytes;
        }
    }

    /// <summary>Reads a number off the front; false if the bytes run out or hold none.</summary>
    public static bool TryReadUInt(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        if (source.IsEmpty)
            return false;
        var size = source[0] switch
        {
            <= LargestByte => 1,
            0xfc => 3,
            0xfd => 5,
            0xfe => MaxUIntBytes,
            _ => int.MaxValue,
        };
        if (source.Length < size)
            return false;
        value = size == 1 ? source[0] : 0UL;
        foreach (var next in source[1..size])
            value = (value << 8) | next;
        source = source[size..];
        return true;
    }

    /// <summary>Writes a number at most 2^53 - 1 away from zero: 1, 2, 3, 5 or 9 bytes. Negative ones count down from all ones.</summary>
    public static int WriteInt(Span<byte> target, long value)
    {
        var below = (ulong)-value;
        switch (value)
        {
            case < -uint.MaxValue:
                target[0] = 1;
                BinaryPrimitives.WriteUInt64BigEndian(target[1..], ulong.MaxValue - below);
                return MaxUIntBytes;
            case < -ushort.MaxValue:
                target[0] = 2;
                BinaryPrimitives.WriteUInt32BigEndian(target[1..], uint.MaxValue - (uint)below);
                return 5;
            case < -byte.MaxValue:
                target[0] = 3;
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)(ushort.MaxValue - below));
                return 3;
            case < 0:
                target[0] = 4;
                target[1] = (byte)(byte.MaxValue - below);
                return 2;
            case <= LargestByte - FirstPositive:
                target[0] = (byte)(value + FirstPositive);
                return 1;
            case <= byte.MaxValue:
                // A plain number of this size is shorter; here the first bytes are taken.
                target[0] = 0xfc;
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)value);
                return 3;
            default:
                return WriteUInt(target, (ulong)value);
        }
    }

    /// <summary>Reads a number that may be negative off the front; false if the bytes run out, or it is infinite or inexact.</summary>
    public static bool TryReadInt(ref ReadOnlySpan<byte> source, out long value)
    {
        value = 0;
        if (source.IsEmpty)
            return false;
        var first = source[0];
        if (first is >= FirstPositive and <= LargestByte)
        {
            value = first - FirstPositive;
            source = source[1..];
            return true;
        }
        var size = first switch
        {
            1 or 0xfe => 8,
            2 or 0xfd => 4,
            3 or 0xfc => 2,
            4 => 1,
            _ => int.MaxValue,
        };
        if (source.Length - 1 < size)
            return false;
        var bits = 0UL;
        foreach (var next in source.Slice(1, size))
            bits = (bits << 8) | next;
        if (first < FirstPositive)
            bits = (ulong.MaxValue >> (64 - (8 * size))) - bits;
        source = source[(size + 1)..];
        if (bits > (ulong)IndexKeyWriter.MaxNumber)
            return false;
        value = first < FirstPositive ? -(long)bits : (long)bits;
        return true;
    }

    /// <summary>Bytes of a string: a zero in front, each zero inside doubled, a two-byte end.</summary>
    public static int SizeOfString(ReadOnlySpan<byte> text) => text.Length + text.Count((byte)0) + 3;

    public static int WriteString(Span<byte> target, ReadOnlySpan<byte> text)
    {
        var at = 0;
        target[at++] = 0;
        foreach (var next in text)
        {
            target[at++] = next;
            if (next == 0)
                target[at++] = 2;
        }
        target[at++] = 0;
        target[at++] = 1;
        return at;
    }

    /// <summary>Reads a string off the front; false if it does not begin or end as one.</summary>
    public static bool TryReadString(ref ReadOnlySpan<byte> source, out byte[] text)
    {
        text = [];
        if (source.IsEmpty || source[0] != 0)
            return false;
        var bytes = new List<byte>();
        for (var at = 1; at < source.Length; at++)
        {
            if (source[at] != 0)
            {
                bytes.Add(source[at]);
                continue;
            }
            if (++at == source.Length || source[at] is not (1 or 2))
                return false;
            if (source[at] == 2)
            {
                bytes.Add(0);
                continue;
            }
            text = [.. bytes];
            source = source[(at + 1)..];
            return true;
        }
        return false;
    }
}
