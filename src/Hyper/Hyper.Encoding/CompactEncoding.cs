namespace Hyper.Encoding;

/// <summary>
/// Sizes in Holepunch's compact encoding, for giving a buffer its exact length before writing.
/// Source: compact-encoding 2.18.0, index.js and raw.js. See docs/protocol/encoding.md.
/// </summary>
public static class CompactEncoding
{
    /// <summary>
    /// The largest integer that JavaScript computes with exactly, 2^53 - 1. Larger ones pass unchanged here, but a JS peer
    /// reads them rounded to a double: fields of a wire format stay below.
    /// </summary>
    public const ulong MaxSafeInteger = (1UL << 53) - 1;

    /// <summary>The longest array that JS reads (index.js, <c>array</c>).</summary>
    public const int MaxArrayLength = 0x100000;

    /// <summary>Bytes of the variable-length <c>uint</c>: 1, 3, 5 or 9.</summary>
    public static int SizeOfUInt(ulong value) =>
        value switch
        {
            <= 0xfc => 1,
            <= 0xffff => 3,
            <= 0xffff_ffff => 5,
            _ => 9,
        };

    /// <summary>Bytes of the variable-length signed <c>int</c>: 1, 3, 5 or 9.</summary>
    public static int SizeOfInt(long value) => SizeOfUInt(Fold(value));

    /// <summary>Bytes of a length-prefixed buffer of <paramref name="length"/> bytes.</summary>
    public static int SizeOfBuffer(int length) => SizeOfUInt((ulong)length) + length;

    /// <summary>Bytes of a length-prefixed UTF-8 string.</summary>
    public static int SizeOfString(ReadOnlySpan<char> value) => SizeOfBuffer(TextEncoding.UTF8.GetByteCount(value));

    /// <summary>Zigzag: 0, -1, 1, -2... become 0, 1, 2, 3...</summary>
    internal static ulong Fold(long value) => (ulong)((value << 1) ^ (value >> 63));

    internal static long Unfold(ulong folded) => (long)(folded >> 1) ^ -(long)(folded & 1);
}
