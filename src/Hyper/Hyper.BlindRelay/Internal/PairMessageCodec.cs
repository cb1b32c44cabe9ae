using Hyper.Encoding;

namespace Hyper.BlindRelay.Internal;

/// <summary>Source: blind-relay 1.4.0, index.js (<c>messages.pair</c>).</summary>
internal static class PairMessageCodec
{
    private const byte InitiatorFlag = 1;

    public static int GetSize(in PairMessage message) =>
        1 + Bytes32.Length + CompactEncoding.SizeOfUInt(message.StreamId) + CompactEncoding.SizeOfUInt(message.Seq);

    public static void Write(ref CompactWriter writer, in PairMessage message)
    {
        writer.WriteUInt8(message.IsInitiator ? InitiatorFlag : (byte)0);
        writer.WriteFixed32(message.Token);
        writer.WriteUInt(message.StreamId);
        writer.WriteUInt(message.Seq);
    }

    public static byte[] Encode(in PairMessage message)
    {
        var bytes = new byte[GetSize(message)];
        var writer = new CompactWriter(bytes);
        Write(ref writer, message);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out PairMessage message)
    {
        message = default;
        var reader = new CompactReader(bytes);
        if (
            !reader.TryReadUInt8(out var flags)
            || !reader.TryReadFixed32(out var token)
            || !reader.TryReadUInt(uint.MaxValue, out var streamId)
            || !reader.TryReadUInt(uint.MaxValue, out var seq)
        )
            return false;
        message = new PairMessage((flags & InitiatorFlag) != 0, token, streamId, seq);
        return true;
    }
}
