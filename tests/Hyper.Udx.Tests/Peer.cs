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
        _host = host as TestKit.SimulatedHost;
        Address = AddressOf(Socket);
    }

    private readonly TestKit.SimulatedHost? _host;

    public UdxNode Node { get; }

    public UdxSocket Socket { get; }

    public UdpAddress Address { get; }

    /// <summary>Datagrams that belonged to no stream.</summary>
    public List<byte[]> Messages { get; } = [];

    /// <summary>Another socket of the same node.</summary>
    public UdxSocket OpenSocket(ushort port) => Node.CreateSocket(new DatagramSocketOptions { Port = port }, this);

    /// <summary>Where others reach a socket.</summary>
    public UdpAddress AddressOf(UdxSocket socket) =>
        _host is null ? default : new UdpAddress(_host.Address, socket.LocalAddress.Port);

    public void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
        Messages.Add(datagram.ToArray());

    public StreamEnd CreateStream(uint id, UdxFirewall? firewall = null) => new(Node.CreateStream(id, firewall));
}
