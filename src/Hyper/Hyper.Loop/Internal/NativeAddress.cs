using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Hyper.Loop.Internal;

/// <summary>
/// <see cref="UdpAddress"/> to and from the system's <c>sockaddr_in</c> (16 bytes) and <c>sockaddr_in6</c> (28 bytes).
/// The family's place is the system's business; port, host and scope stand at the same offsets everywhere.
/// </summary>
internal static class NativeAddress
{
    public const int Ipv4Bytes = 16;
    public const int Ipv6Bytes = 28;

    /// <summary>Fills <paramref name="address"/>, whose family is the socket's.</summary>
    public static void Write(SocketAddress address, in UdpAddress value) =>
        WriteHostAndPort(address.Buffer.Span, address.Family == AddressFamily.InterNetworkV6, value);

    /// <summary>Writes host and port behind the two bytes of the family.</summary>
    public static void WriteHostAndPort(Span<byte> buffer, bool isIPv6, in UdpAddress value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], value.Port);
        if (isIPv6)
            value.WriteIPv6(buffer[8..]);
        else
            BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], value.IPv4Host);
    }

    public static bool TryRead(SocketAddress address, out UdpAddress value) =>
        TryReadHostAndPort(address.Buffer.Span, address.Family == AddressFamily.InterNetworkV6, out value);

    /// <summary>Reads host and port; false for port 0, which nobody can answer.</summary>
    public static bool TryReadHostAndPort(ReadOnlySpan<byte> buffer, bool isIPv6, out UdpAddress value)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]);
        value = isIPv6
            ? UdpAddress.FromIPv6(buffer.Slice(8, 16), port)
            : new UdpAddress(BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]), port);
        return port != 0;
    }
}
