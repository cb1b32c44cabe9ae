using Hyper.Loop;

namespace Hyper.Dht.Internal.Sockets;

/// <summary>Told of punch probes: datagrams of one byte, whatever its value. Ours are zero.</summary>
internal interface IProbeHandler
{
    /// <summary>A probe has come in on <paramref name="socket"/>. Must not throw.</summary>
    void OnProbe(DhtSocket socket, in UdpAddress from, byte value);
}
