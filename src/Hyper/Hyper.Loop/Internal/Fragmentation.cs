using System.Net.Sockets;

namespace Hyper.Loop.Internal;

/// <summary>
/// Whether the datagrams of a socket may be divided on the way (IP's don't-fragment flag). The base library has it for
/// some systems and for IPv4 only; the numbers are those of the systems' headers.
/// </summary>
internal static class Fragmentation
{
    private const int IpLevel = 0;
    private const int Ipv6Level = 41;

    // Linux: IP_MTU_DISCOVER and IPV6_MTU_DISCOVER. Probe: the flag is set, and what the kernel knows of the path is not
    // asked, since finding the MTU is up to us.
    private const int LinuxMtuDiscover = 10;
    private const int LinuxMtuDiscover6 = 23;
    private const int LinuxMtuDiscoverDont = 0;
    private const int LinuxMtuDiscoverProbe = 3;

    // macOS: IP_DONTFRAG and IPV6_DONTFRAG.
    private const int MacDontFragment = 28;
    private const int MacDontFragment6 = 62;

    public static void Set(Socket socket, bool isAllowed)
    {
        var isIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        var level = isIPv6 ? Ipv6Level : IpLevel;
        if (OperatingSystem.IsLinux())
        {
            var option = isIPv6 ? LinuxMtuDiscover6 : LinuxMtuDiscover;
            SetOption(socket, level, option, isAllowed ? LinuxMtuDiscoverDont : LinuxMtuDiscoverProbe);
        }
        else if (OperatingSystem.IsMacOS())
        {
            SetOption(socket, level, isIPv6 ? MacDontFragment6 : MacDontFragment, isAllowed ? 0 : 1);
        }
        else if (!isIPv6 && OperatingSystem.IsWindows())
        {
            socket.DontFragment = !isAllowed;
        }
    }

    private static void SetOption(Socket socket, int level, int option, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(bytes, value);
        socket.SetRawSocketOption(level, option, bytes);
    }
}
