using System.Buffers.Binary;

namespace Hyper.Udx.Internal;

/// <summary>Reads and writes UDX packets; all integers are little-endian. See docs/protocol/udx.md.</summary>
internal static class PacketCodec
{
    /// <summary>Ranges of one SACK at most, as in libudx; what a datagram holds beyond that is not looked at.</summary>
    public const int MaxSackRanges = 50;

    /// <summary>A SACK range on the wire: first sequence number and the one after the last.</summary>
    public const int SackRangeBytes = 8;

    private const byte Magic = 0xff;
    private const byte Version = 1;

    /// <summary>Whether a datagram has the shape of a packet. Only a known stream id makes it one.</summary>
    public static bool HasPacketShape(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= PacketHeader.Bytes && datagram[0] == Magic && datagram[1] == Version;

    /// <summary>The receiver's stream id of a datagram that has the shape of a packet.</summary>
    public static uint ReadStreamId(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]);

    /// <summary>
    /// Takes a packet apart.
    /// </summary>
    /// <param name="packet">The whole datagram.</param>
    /// <param name="header">Its header.</param>
    /// <param name="sackRanges">The SACK area, empty without the flag; whole ranges only.</param>
    /// <param name="payload">What follows the padding or the SACK area.</param>
    /// <returns>False when this is no packet or the data offset points past its end.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> packet,
        out PacketHeader header,
        out ReadOnlySpan<byte> sackRanges,
        out ReadOnlySpan<byte> payload
    )
    {
        header = default;
        sackRanges = payload = default;
        if (!HasPacketShape(packet))
            return false;
        var offset = packet[3];
        var rest = packet[PacketHeader.Bytes..];
        if (offset > rest.Length)
            return false;
        header = new PacketHeader(
            (PacketFlags)packet[2],
            offset,
            ReadStreamId(packet),
            BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(packet[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(packet[16..])
        );
        if (header.Flags.HasAny(PacketFlags.Sack))
        {
            var area = offset > 0 && offset < rest.Length ? offset : rest.Length;
            var ranges = Math.Min(area / SackRangeBytes, MaxSackRanges);
            sackRanges = rest[..(ranges * SackRangeBytes)];
        }
        payload = rest[offset..];
        return true;
    }

    /// <summary>Writes a header into the first twenty bytes of <paramref name="destination"/>.</summary>
    public static void WriteHeader(Span<byte> destination, in PacketHeader header)
    {
        // One check of the length up front lets the writes below go without.
        destination = destination[..PacketHeader.Bytes];
        destination[0] = Magic;
        destination[1] = Version;
        destination[2] = (byte)header.Flags;
        destination[3] = header.DataOffset;
        WriteStreamId(destination, header.StreamId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], header.Window);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], header.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], header.Acknowledgement);
    }

    /// <summary>Puts another receiver's id into a packet; nothing else of it changes.</summary>
    public static void WriteStreamId(Span<byte> packet, uint streamId) =>
        BinaryPrimitives.WriteUInt32LittleEndian(packet[4..], streamId);

    /// <summary>Reads one range of a SACK area.</summary>
    public static (uint Start, uint End) ReadSackRange(ReadOnlySpan<byte> sackRanges) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(sackRanges), BinaryPrimitives.ReadUInt32LittleEndian(sackRanges[4..]));

    /// <summary>Writes one range of a SACK area.</summary>
    public static void WriteSackRange(Span<byte> destination, uint start, uint end)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, start);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], end);
    }
}
