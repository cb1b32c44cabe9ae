using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Udx.Tests;

/// <summary>One end of a test: a node with one socket on a host of the simulated world.</summary>
internal sealed class Peer : IUdxSocketHandler
{
    public Peer(EventLoop host, UdxOptions? options = null)
    {
        Node = new UdxNode(host, options);
        Socket = Node.CreateSocket(new DatagramSocketOptions { Port = 4000 }, this);
        Address = host is TestKit.SimulatedHost simulated ? new UdpAddress(simulated.Address, 4000) : default;
    }

    public UdxNode Node { get; }

    public UdxSocket Socket { get; }

    public UdpAddress Address { get; }

    /// <summary>Datagrams that belonged to no stream.</summary>
    public List<byte[]> Messages { get; } = [];

    public void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
        Messages.Add(datagram.ToArray());

    public StreamEnd CreateStream(uint id, UdxFirewall? firewall = null) => new(Node.CreateStream(id, firewall));
}
