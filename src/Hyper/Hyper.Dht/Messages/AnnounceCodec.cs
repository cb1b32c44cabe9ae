using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>Source: hyperdht 6.27.0, lib/messages.js (<c>announce</c>).</summary>
internal static class AnnounceCodec
{
    public const int SignatureBytes = 64;

    private const uint HasPeer = 1;
    private const uint HasRefresh = 2;
    private const uint HasSignature = 4;
    private const uint HasBump = 8;

    public static int GetSize(in Announce announce) =>
        1
        + (announce.Peer is { } peer ? PeerRecordCodec.GetSize(peer) : 0)
        + (announce.Refresh.HasValue ? Bytes32.Length : 0)
        + announce.Signature.Length
        + (announce.Bump == 0 ? 0 : CompactEncoding.SizeOfUInt(announce.Bump));

    public static void Write(ref CompactWriter writer, in Announce announce)
    {
        writer.WriteUInt(
            (announce.Peer is null ? 0 : HasPeer)
                | (announce.Refresh.HasValue ? HasRefresh : 0)
                | (announce.Signature.IsEmpty ? 0 : HasSignature)
                | (announce.Bump == 0 ? 0 : HasBump)
        );
        if (announce.Peer is { } peer)
            PeerRecordCodec.Write(ref writer, peer);
        if (announce.Refresh is { } refresh)
            writer.WriteFixed32(refresh);
        writer.WriteRaw(announce.Signature);
        if (announce.Bump != 0)
            writer.WriteUInt(announce.Bump);
    }

    public static byte[] Encode(in Announce announce)
    {
        var bytes = new byte[GetSize(announce)];
        var writer = new CompactWriter(bytes);
        Write(ref writer, announce);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Announce announce)
    {
        announce = default;
        var reader = new CompactReader(bytes);
        if (!reader.TryReadUInt(out var flags))
            return false;
        DhtPeer? peer = null;
        var start = reader.Position;
        if ((flags & HasPeer) != 0 && !PeerRecordCodec.TryRead(ref reader, out peer))
            return false;
        var peerBytes = bytes[start..reader.Position];
        Bytes32? refresh = null;
        if ((flags & HasRefresh) != 0)
        {
            if (!reader.TryReadFixed32(out var value))
                return false;
            refresh = value;
        }
        var signature = ReadOnlySpan<byte>.Empty;
        if ((flags & HasSignature) != 0 && !reader.TryReadRaw(SignatureBytes, out signature))
            return false;
        var bump = 0UL;
        if ((flags & HasBump) != 0 && !reader.TryReadUInt(out bump))
            return false;
        announce = new Announce
        {
            Peer = peer,
            PeerBytes = peerBytes,
            Refresh = refresh,
            Signature = signature,
            Bump = bump,
        };
        return true;
    }
}
