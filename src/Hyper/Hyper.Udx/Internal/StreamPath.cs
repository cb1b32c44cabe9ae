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

    /// <summary>
    /// Whether what was learnt of the other path holds for this one: the remote's host is the same, and no relay comes or
    /// goes, which has an id of its own. A changed port alone is most likely a NAT that forgot a mapping (RFC 9000, 9.4).
    /// </summary>
    public bool IsLike(in StreamPath other) => RemoteId == other.RemoteId && Remote.HasSameHost(other.Remote);

    /// <summary>Headers of IP, UDP and UDX.</summary>
    public int OverheadBytes =>
        (Remote.IsIPv4 ? IPv4HeaderBytes : IPv6HeaderBytes) + UdpHeaderBytes + PacketHeader.Bytes;
}
