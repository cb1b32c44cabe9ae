using Hyper.Crypto;
using Hyper.Encoding;

namespace Intercom.Sidechannels.Internal.Json;

/// <summary>
/// The frame of a payload with its signature, which comes as the last member: it is put behind the text that there is, so that a
/// message is written out once.
/// </summary>
internal static class SealedFrame
{
    private const int SignatureHexChars = 2 * Ed25519.SignatureBytes;

    private static ReadOnlySpan<byte> BeforeSignature => ",\"sig\":\""u8;

    private static ReadOnlySpan<byte> AfterSignature => "\"}"u8;

    /// <summary>Bytes of the payload's text with the signature.</summary>
    /// <param name="text">The text without it: an object with at least one member.</param>
    public static int GetTextBytes(ReadOnlySpan<byte> text) =>
        text.Length - 1 + BeforeSignature.Length + SignatureHexChars + AfterSignature.Length;

    /// <summary>As <see cref="JsonWire"/> encodes it.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        var bytes = GetTextBytes(text);
        var frame = new byte[CompactEncoding.SizeOfBuffer(bytes)];
        var writer = new CompactWriter(frame);
        writer.WriteUInt((ulong)bytes);
        writer.WriteRaw(text[..^1]);
        writer.WriteRaw(BeforeSignature);
        Span<byte> hex = stackalloc byte[SignatureHexChars];
        Convert.TryToHexStringLower(signature, hex, out _);
        writer.WriteRaw(hex);
        writer.WriteRaw(AfterSignature);
        return frame;
    }
}
