using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>
/// Addresses inside HyperDHT's messages: single ones that a flag announces, and arrays of either family. The six bytes
/// of an IPv4 address are <see cref="Addr6Codec"/>'s. Source: compact-encoding-net 1.2.0, index.js.
/// </summary>
internal static class AddressCodec
{
    public const int Size4 = Addr6Codec.Size;
    public const int Size6 = 18;

    /// <summary>Reads an address that a flag says is there; without the flag the answer is null.</summary>
    public static bool TryReadOptional4(ref CompactReader reader, bool present, out UdpAddress? address)
    {
        address = null;
        if (!present)
            return true;
        if (!Addr6Codec.TryRead(ref reader, out var value))
            return false;
        address = value;
        return true;
    }

    public static int GetArraySize4(ReadOnlySpan<UdpAddress> addresses) => Addr6Codec.GetArraySize(addresses.Length);

    public static void WriteArray4(ref CompactWriter writer, ReadOnlySpan<UdpAddress> addresses)
    {
        writer.WriteUInt((ulong)addresses.Length);
        foreach (ref readonly var address in addresses)
            Addr6Codec.Write(ref writer, address);
    }

    public static bool TryReadArray4(ref CompactReader reader, out UdpAddress[] addresses)
    {
        addresses = [];
        if (!TryReadCount(ref reader, Size4, out var count))
            return false;
        if (count > 0)
            addresses = new UdpAddress[count];
        for (var i = 0; i < count; i++)
            Addr6Codec.TryRead(ref reader, out addresses[i]);
        return true;
    }

    public static int GetArraySize6(ReadOnlySpan<UdpAddress> addresses) =>
        CompactEncoding.SizeOfUInt((ulong)addresses.Length) + addresses.Length * Size6;

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
}
