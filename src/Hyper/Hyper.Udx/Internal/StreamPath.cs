using System.Runtime.InteropServices;
using Hyper.Loop;

namespace Hyper.Udx.Internal;

/// <summary>Where a stream sends, and the only place it takes packets from unasked.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamPath(UdxSocket? Socket, uint RemoteId, UdpAddress Remote)
{
    private const int UdpHeaderBytes = 8;
    private const int IPv4HeaderBytes = 20;
    private const int IPv6HeaderBytes = 40;

    public bool IsKnown => Socket is not null;

    /// <summary>Payload of one packet on this path.</summary>
    public int MaxPayload(int mtu) =>
        mtu - (Remote.IsIPv4 ? IPv4HeaderBytes : IPv6HeaderBytes) - UdpHeaderBytes - PacketHeader.Bytes;
}
