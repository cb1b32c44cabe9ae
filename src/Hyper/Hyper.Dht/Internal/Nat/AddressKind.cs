using Hyper.Loop;

namespace Hyper.Dht.Internal.Nat;

/// <summary>
/// Which IPv4 hosts cannot be reached over the public Internet. Source of the ranges: bogon 1.3.0, index.js.
/// </summary>
internal static class AddressKind
{
    /// <summary>Private, carrier-grade, loopback and link-local hosts: reachable from the same network at most.</summary>
    public static bool IsPrivate(in UdpAddress address)
    {
        var host = address.IPv4Host;
        return IsIn(host, 0x0A00_0000, 8)
            || IsIn(host, 0x6440_0000, 10)
            || IsIn(host, 0x7F00_0000, 8)
            || IsIn(host, 0xA9FE_0000, 16)
            || IsIn(host, 0xAC10_0000, 12)
            || IsIn(host, 0xC0A8_0000, 16);
    }

    /// <summary>Hosts that nobody has: "this network", documentation, benchmarks, multicast, future use.</summary>
    public static bool IsReserved(in UdpAddress address)
    {
        var host = address.IPv4Host;
        return IsIn(host, 0x0000_0000, 8)
            || IsIn(host, 0xC000_0000, 24)
            || IsIn(host, 0xC000_0200, 24)
            || IsIn(host, 0xC612_0000, 15)
            || IsIn(host, 0xC633_6400, 24)
            || IsIn(host, 0xCB00_7100, 24)
            || host >= 0xE000_0000;
    }

    /// <summary>Private or reserved.</summary>
    public static bool IsBogon(in UdpAddress address) => IsPrivate(address) || IsReserved(address);

    public static bool IsLoopback(in UdpAddress address) => IsIn(address.IPv4Host, 0x7F00_0000, 8);

    private static bool IsIn(uint host, uint network, int prefixBits) => (host ^ network) >> (32 - prefixBits) == 0;
}
