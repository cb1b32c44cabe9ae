using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of the channel's handshake. Source: hypercore 11.18.3, lib/messages.js, <c>wire.handshake</c>.</summary>
internal static class HandshakeCodec
{
    private const byte Seeks = 1;

    public const int Size = 1 + Bytes32.Length;

    public static void Write(ref CompactWriter writer, in HandshakeMessage message)
    {
        writer.WriteUInt8(message.Seeks ? Seeks : default);
        writer.WriteFixed32(message.Capability);
    }

    public static bool TryRead(ref CompactReader reader, out HandshakeMessage message)
    {
        message = default;
        if (!reader.TryReadUInt(out var flags) || !reader.TryReadFixed32(out var capability))
            return false;
        message = new HandshakeMessage((flags & Seeks) != 0, capability);
        return true;
    }
}
