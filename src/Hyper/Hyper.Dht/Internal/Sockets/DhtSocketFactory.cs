using Hyper.Dht.Rpc;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Sockets;

/// <summary>Opens the RPC node's two sockets as sockets that carry UDX too.</summary>
internal sealed class DhtSocketFactory(UdxNode udx, IProbeHandler probes) : IRpcSocketFactory
{
    public IRpcSocket Open(EventLoop loop, DatagramSocketOptions options, IRpcDatagramHandler handler) =>
        new DhtSocket(udx, options, handler, probes);
}
