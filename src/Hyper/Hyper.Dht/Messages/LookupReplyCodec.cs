using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>
/// Source: hyperdht 6.27.0, lib/messages.js (<c>lookupRawReply</c>). The storing node writes the records as it keeps
/// them, encoded; they delimit themselves.
/// </summary>
internal static class LookupReplyCodec
{
    private const int MinRecordBytes = Bytes32.Length + 1;

    public static byte[] Encode(List<byte[]> records, ulong bump)
    {
        var size = CompactEncoding.SizeOfUInt((ulong)records.Count) + CompactEncoding.SizeOfUInt(bump);
        foreach (var record in records)
            size += record.Length;
        var bytes = new byte[size];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt((ulong)records.Count);
        foreach (var record in records)
            writer.WriteRaw(record);
        writer.WriteUInt(bump);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out LookupReply reply)
    {
        reply = new LookupReply([], 0);
        var reader = new CompactReader(bytes);
        if (!AddressCodec.TryReadCount(ref reader, MinRecordBytes, out var count))
            return false;
        var peers = count == 0 ? [] : new DhtPeer[count];
        for (var i = 0; i < count; i++)
        {
            if (!PeerRecordCodec.TryRead(ref reader, out peers[i]))
                return false;
        }
        var bump = 0UL;
        if (!reader.IsAtEnd && !reader.TryReadUInt(out bump))
            return false;
        reply = new LookupReply(peers, bump);
        return true;
    }
}
