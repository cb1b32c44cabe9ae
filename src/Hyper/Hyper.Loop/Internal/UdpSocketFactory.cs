using System.Net;
using System.Net.Sockets;

namespace Hyper.Loop.Internal;

/// <summary>Makes the system socket both kinds of datagram socket are built on.</summary>
internal static class UdpSocketFactory
{
    private const int IpLevel = 0;
    private const int Ipv6Level = 41;
    private const int LinuxMtuDiscover = 10;
    private const int LinuxMtuDiscover6 = 23;
    private const int LinuxMtuDiscoverProbe = 3;

    /// <summary>
    /// Binds a socket as libudx does: TTL 64, the asked buffers as far as the system grants them, and don't-fragment
    /// with path MTU discovery left to us.
    /// </summary>
    public static Socket Bind(DatagramSocketOptions options)
    {
        var socket = new Socket(options.Host.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // An IPv6 socket reaches IPv4 too, by mapped addresses, unless it is bound to a real IPv6 address.
            if (socket.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(options.Host, options.Port));
            socket.ReceiveBufferSize = options.ReceiveBufferBytes;
            socket.SendBufferSize = options.SendBufferBytes;
            socket.Ttl = 64;
            ForbidFragments(socket);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void ForbidFragments(Socket socket)
    {
        var isIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        if (OperatingSystem.IsLinux())
        {
            var probe = BitConverter.GetBytes(LinuxMtuDiscoverProbe);
            socket.SetRawSocketOption(
                isIPv6 ? Ipv6Level : IpLevel,
                isIPv6 ? LinuxMtuDiscover6 : LinuxMtuDiscover,
                probe
            );
        }
        else if (!isIPv6 && OperatingSystem.IsWindows())
        {
            socket.DontFragment = true;
        }
    }
}
