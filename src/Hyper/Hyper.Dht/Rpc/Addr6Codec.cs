using System.Buffers.Binary;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>
/// The six-byte IPv4 address of the DHT: four octets in network order, then the port in <b>little-endian</b> order.
/// Source: compact-encoding-net 1.3.0, index.js. See docs/protocol/dht-rpc.md.
/// </summary>
public static class Addr6Codec
{
    /// <summary>Bytes of one address.</summary>
    public const int Size = 6;

    /// <summary>Bytes of an array of <paramref name="count"/> addresses with its leading count.</summary>
    public static int GetArraySize(int count) => CompactEncoding.SizeOfUInt((ulong)count) + (count * Size);

    /// <summary>Writes one IPv4 address into the first six bytes of <paramref name="destination"/>.</summary>
    public static void Write(Span<byte> destination, in UdpAddress address)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, address.IPv4Host);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], address.Port);
    }

    /// <summary>Writes one IPv4 address.</summary>
    public static void Write(ref CompactWriter writer, in UdpAddress address) => Write(writer.Take(Size), address);

    /// <summary>Reads one address from exactly the first six bytes of <paramref name="source"/>.</summary>
    public static UdpAddress Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(source), BinaryPrimitives.ReadUInt16LittleEndian(source[4..]));

    /// <summary>Reads one address; false when fewer than six bytes are left.</summary>
    public static bool TryRead(scoped ref CompactReader reader, out UdpAddress address)
    {
        var read = reader.TryReadRaw(Size, out var bytes);
        address = read ? Read(bytes) : default;
        return read;
    }

    /// <summary>Reads an array of addresses in place; false when the bytes do not hold as many as they say.</summary>
    public static bool TryReadArray(scoped ref CompactReader reader, out Addr6List addresses)
    {
        addresses = default;
        if (!reader.TryReadUInt(ushort.MaxValue, out var count))
            return false;
        if (!reader.TryReadRaw((int)count * Size, out var bytes))
            return false;
        addresses = new Addr6List(bytes);
        return true;
    }
}
