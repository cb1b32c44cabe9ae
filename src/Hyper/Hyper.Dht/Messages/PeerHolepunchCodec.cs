using Hyper.Dht.Rpc;
using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>Source: hyperdht 6.27.0, lib/messages.js (<c>holepunch</c>).</summary>
internal static class PeerHolepunchCodec
{
    private const uint HasPeerAddress = 1;

    public static int GetSize(in PeerHolepunch message) =>
        2
        + CompactEncoding.SizeOfUInt(message.Id)
        + CompactEncoding.SizeOfBuffer(message.Payload.Length)
        + (message.PeerAddress.HasValue ? AddressCodec.Size4 : 0);

    public static void Write(ref CompactWriter writer, in PeerHolepunch message)
    {
        writer.WriteUInt(message.PeerAddress.HasValue ? HasPeerAddress : 0);
        writer.WriteUInt((ulong)message.Mode);
        writer.WriteUInt(message.Id);
        writer.WriteBuffer(message.Payload);
        if (message.PeerAddress is { } peer)
            Addr6Codec.Write(ref writer, peer);
    }

    public static byte[] Encode(in PeerHolepunch message)
    {
        var bytes = new byte[GetSize(message)];
        var writer = new CompactWriter(bytes);
        Write(ref writer, message);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out PeerHolepunch message)
    {
        message = default;
        var reader = new CompactReader(bytes);
        if (
            !reader.TryReadUInt(out var flags)
            || !reader.TryReadUInt(byte.MaxValue, out var mode)
            || !reader.TryReadUInt(uint.MaxValue, out var id)
            || !reader.TryReadBuffer(out var payload)
            || !AddressCodec.TryReadOptional4(ref reader, (flags & HasPeerAddress) != 0, out var peer)
        )
            return false;
        message = new PeerHolepunch
        {
            Mode = (RouteMode)mode,
            Id = id,
            Payload = payload,
            PeerAddress = peer,
        };
        return true;
    }
}
