using Hyper.Encoding;

namespace Hyper.BlindRelay.Internal;

/// <summary>A pairing called off: a byte of flags, none defined, and the token. Source: blind-relay 1.4.0, index.js.</summary>
internal static class UnpairMessageCodec
{
    public const int Size = 1 + Bytes32.Length;

    public static byte[] Encode(in Bytes32 token)
    {
        var bytes = new byte[Size];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt8(0);
        writer.WriteFixed32(token);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Bytes32 token)
    {
        token = default;
        var reader = new CompactReader(bytes);
        return reader.TryReadUInt8(out _) && reader.TryReadFixed32(out token);
    }
}
