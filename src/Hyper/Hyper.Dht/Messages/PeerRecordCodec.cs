using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>A peer record: public key, then the addresses of its relays. Source: hyperdht 6.27.0, lib/messages.js (<c>peer</c>).</summary>
internal static class PeerRecordCodec
{
    /// <summary>Most relay addresses taken of a record.</summary>
    public const int MaxRelayAddresses = 3;

    public static int GetSize(DhtPeer peer) => Bytes32.Length + AddressCodec.GetArraySize4(peer.RelayAddresses.Span);

    public static void Write(ref CompactWriter writer, DhtPeer peer)
    {
        writer.WriteFixed32(peer.PublicKey);
        AddressCodec.WriteArray4(ref writer, peer.RelayAddresses.Span);
    }

    public static byte[] Encode(DhtPeer peer)
    {
        var bytes = new byte[GetSize(peer)];
        var writer = new CompactWriter(bytes);
        Write(ref writer, peer);
        return bytes;
    }

    public static bool TryRead(ref CompactReader reader, out DhtPeer peer)
    {
        peer = DhtPeer.None;
        if (!reader.TryReadFixed32(out var publicKey) || !AddressCodec.TryReadArray4(ref reader, out var relays))
            return false;
        // What a node keeps, and so what it may hand out: a longer list would have us ask whomever it names.
        if (relays.Length > MaxRelayAddresses)
            relays = relays.AsSpan(0, MaxRelayAddresses).ToArray();
        peer = new DhtPeer(publicKey, relays);
        return true;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out DhtPeer peer)
    {
        var reader = new CompactReader(bytes);
        return TryRead(ref reader, out peer);
    }
}
