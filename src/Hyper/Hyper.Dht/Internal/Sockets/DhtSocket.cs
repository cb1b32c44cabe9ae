using Hyper.Dht.Rpc;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Sockets;

/// <summary>
/// One UDP socket that carries all there is: UDX takes its own packets out first, a single byte is a punch probe, and
/// the rest is DHT RPC. Belongs to one <see cref="HyperDht"/>.
/// </summary>
internal sealed class DhtSocket : IRpcSocket, IUdxSocketHandler
{
    private const int ProbeBytes = 1;

    private readonly IRpcDatagramHandler _rpc;
    private readonly IProbeHandler _probes;

    public DhtSocket(UdxNode udx, DatagramSocketOptions options, IRpcDatagramHandler rpc, IProbeHandler probes)
    {
        _rpc = rpc;
        _probes = probes;
        Udx = udx.CreateSocket(options, this);
    }

    /// <summary>The socket as streams use it.</summary>
    public UdxSocket Udx { get; }

    public UdpAddress LocalAddress => Udx.LocalAddress;

    public bool IsClosed => Udx.IsClosed;

    public Span<byte> BeginSend(int maxBytes) => Udx.BeginSend(maxBytes);

    public void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0) => Udx.CommitSend(bytes, to, timeToLive);

    /// <summary>Sends a punch probe: one zero byte.</summary>
    public void SendProbe(in UdpAddress to, byte timeToLive = 0)
    {
        if (IsClosed || to.Port == 0)
            return;
        BeginSend(ProbeBytes)[0] = 0;
        CommitSend(ProbeBytes, to, timeToLive);
    }

    public void Close() => Udx.Dispose();

    void IUdxSocketHandler.OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (from.Port == 0)
            return;
        if (datagram.Length == ProbeBytes)
            _probes.OnProbe(this, from, datagram[0]);
        else if (datagram.Length > ProbeBytes)
            _rpc.HandleDatagram(this, datagram, from);
    }
}
