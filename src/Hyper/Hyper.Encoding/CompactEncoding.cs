namespace Hyper.Encoding;

/// <summary>
/// Sizes in Holepunch's compact encoding, for giving a buffer its exact length before writing.
/// Source: compact-encoding 2.18.0, index.js and raw.js. See docs/protocol/encoding.md.
/// </summary>
public static class CompactEncoding
{
    /// <summary>Bytes of the variable-length <c>uint</c>: 1, 3, 5 or 9.</summary>
    public static int SizeOfUInt(ulong value) =>
        value switch
        {
            <= 0xfc => 1,
            <= 0xffff => 3,
            <= 0xffff_ffff => 5,
            _ => 9,
        };

    /// <summary>Bytes of a length-prefixed buffer of <paramref name="length"/> bytes.</summary>
    public static int SizeOfBuffer(int length) => SizeOfUInt((ulong)length) + length;

    /// <summary>Bytes of a length-prefixed UTF-8 string.</summary>
    public static int SizeOfString(ReadOnlySpan<char> value) => SizeOfBuffer(TextEncoding.UTF8.GetByteCount(value));
}
