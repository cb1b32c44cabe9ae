using System.Net;
using System.Net.Sockets;

namespace Hyper.Loop.Internal;

/// <summary>Makes the system socket both kinds of datagram socket are built on.</summary>
internal static class UdpSocketFactory
{
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
            Fragmentation.Set(socket, isAllowed: false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
