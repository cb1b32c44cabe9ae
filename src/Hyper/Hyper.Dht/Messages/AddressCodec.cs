using System.Buffers.Binary;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>
/// An address as every DHT message carries it: four octets of the host in network order, then the port little-endian.
/// Source: compact-encoding-net 1.2.0, index.js (<c>ipv4Address</c>, <c>ipv6Address</c>).
/// </summary>
internal static class AddressCodec
{
    public const int Size4 = 6;
    public const int Size6 = 18;

    public static void Write4(ref CompactWriter writer, in UdpAddress address)
    {
        BinaryPrimitives.WriteUInt32BigEndian(writer.Take(4), address.IPv4Host);
        writer.WriteUInt16(address.Port);
    }

    public static bool TryRead4(ref CompactReader reader, out UdpAddress address)
    {
        address = default;
        if (!reader.TryReadRaw(Size4, out var bytes))
            return false;
        var port = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        address = new UdpAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), port);
        return true;
    }

    /// <summary>Reads an address that a flag says is there; without the flag the answer is null.</summary>
    public static bool TryReadOptional4(ref CompactReader reader, bool present, out UdpAddress? address)
    {
        address = null;
        if (!present)
            return true;
        if (!TryRead4(ref reader, out var value))
            return false;
        address = value;
        return true;
    }

    public static int GetArraySize4(ReadOnlySpan<UdpAddress> addresses) => SizeOfArray(addresses.Length, Size4);

    public static void WriteArray4(ref CompactWriter writer, ReadOnlySpan<UdpAddress> addresses)
    {
        writer.WriteUInt((ulong)addresses.Length);
        foreach (ref readonly var address in addresses)
            Write4(ref writer, address);
    }

    public static bool TryReadArray4(ref CompactReader reader, out UdpAddress[] addresses)
    {
        addresses = [];
        if (!TryReadCount(ref reader, Size4, out var count))
            return false;
        if (count > 0)
            addresses = new UdpAddress[count];
        for (var i = 0; i < count; i++)
            TryRead4(ref reader, out addresses[i]);
        return true;
    }

    public static int GetArraySize6(ReadOnlySpan<UdpAddress> addresses) => SizeOfArray(addresses.Length, Size6);

    public static void WriteArray6(ref CompactWriter writer, ReadOnlySpan<UdpAddress> addresses)
    {
        writer.WriteUInt((ulong)addresses.Length);
        foreach (ref readonly var address in addresses)
        {
            address.WriteIPv6(writer.Take(16));
            writer.WriteUInt16(address.Port);
        }
    }

    public static bool TryReadArray6(ref CompactReader reader, out UdpAddress[] addresses)
    {
        addresses = [];
        if (!TryReadCount(ref reader, Size6, out var count))
            return false;
        if (count > 0)
            addresses = new UdpAddress[count];
        for (var i = 0; i < count; i++)
        {
            reader.TryReadRaw(16, out var host);
            reader.TryReadUInt16(out var port);
            addresses[i] = UdpAddress.FromIPv6(host, port);
        }
        return true;
    }

    /// <summary>The announced number of items, refused unless that many items of this size are really there.</summary>
    public static bool TryReadCount(ref CompactReader reader, int itemBytes, out int count)
    {
        count = 0;
        if (!reader.TryReadUInt(out var announced) || announced > (ulong)(reader.Remaining.Length / itemBytes))
            return false;
        count = (int)announced;
        return true;
    }

    private static int SizeOfArray(int count, int itemBytes) =>
        CompactEncoding.SizeOfUInt((ulong)count) + count * itemBytes;
}
