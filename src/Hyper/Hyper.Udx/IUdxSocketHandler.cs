using Hyper.Loop;

namespace Hyper.Udx;

/// <summary>Receives what arrives on a <see cref="UdxSocket"/> and belongs to no stream.</summary>
public interface IUdxSocketHandler
{
    /// <summary>
    /// A datagram that is not a packet of a live stream of this node: DHT traffic, a hole-punching byte, or a packet for
    /// a stream that is gone. The bytes are valid during the call only. Must not throw.
    /// </summary>
    void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from);
}
