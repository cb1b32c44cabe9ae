using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TestKit;

/// <summary>A UDP port for a socket that another program, or a later step of the test, is to bind.</summary>
public static class FreePort
{
    /// <summary>
    /// A port that nobody has on loopback now. It lies below the range out of which systems serve binds to port 0, so that
    /// no socket opened meanwhile takes it by chance.
    /// </summary>
    public static ushort Udp()
    {
        while (true)
        {
            var port = (ushort)RandomNumberGenerator.GetInt32(20_000, 32_000);
            try
            {
                using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one then.
            }
        }
    }
}
