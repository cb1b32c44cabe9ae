using Hyper.Dht.Rpc;
using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>Source: hyperdht 6.27.0, lib/messages.js (<c>handshake</c>).</summary>
internal static class PeerHandshakeCodec
{
    private const uint HasPeerAddress = 1;
    private const uint HasRelayAddress = 2;

    public static int GetSize(in PeerHandshake message) =>
        2
        + CompactEncoding.SizeOfBuffer(message.Noise.Length)
        + (message.PeerAddress.HasValue ? AddressCodec.Size4 : 0)
        + (message.RelayAddress.HasValue ? AddressCodec.Size4 : 0);

    public static void Write(ref CompactWriter writer, in PeerHandshake message)
    {
        writer.WriteUInt(
            (message.PeerAddress.HasValue ? HasPeerAddress : 0) | (message.RelayAddress.HasValue ? HasRelayAddress : 0)
        );
        writer.WriteUInt((ulong)message.Mode);
        writer.WriteBuffer(message.Noise);
        if (message.PeerAddress is { } peer)
            Addr6Codec.Write(ref writer, peer);
        if (message.RelayAddress is { } relay)
            Addr6Codec.Write(ref writer, relay);
    }

    public static byte[] Encode(in PeerHandshake message)
    {
        var bytes = new byte[GetSize(message)];
        var writer = new CompactWriter(bytes);
        Write(ref writer, message);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out PeerHandshake message)
    {
        message = default;
        var reader = new CompactReader(bytes);
        if (
            !reader.TryReadUInt(out var flags)
            || !reader.TryReadUInt(byte.MaxValue, out var mode)
            || !reader.TryReadBuffer(out var noise)
            || !AddressCodec.TryReadOptional4(ref reader, (flags & HasPeerAddress) != 0, out var peer)
            || !AddressCodec.TryReadOptional4(ref reader, (flags & HasRelayAddress) != 0, out var relay)
        )
            return false;
        message = new PeerHandshake
        {
            Mode = (RouteMode)mode,
            Noise = noise,
            PeerAddress = peer,
            RelayAddress = relay,
        };
        return true;
    }
}
