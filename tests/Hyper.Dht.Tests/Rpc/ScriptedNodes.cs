using System.Buffers.Binary;
using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Rpc;

/// <summary>Persistent nodes that know each other and answer everything, and say of the asker's address what a test likes.</summary>
internal sealed class ScriptedNodes : IDatagramHandler
{
    private readonly List<UdpAddress> _nodes = [];

    public ScriptedNodes(SimulatedDht dht, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            var host = dht.World.CreateHost($"10.8.0.{i}");
            host.OpenSocket(new DatagramSocketOptions { Host = host.Address, Port = SimulatedDht.Port }, this);
            _nodes.Add(new UdpAddress(host.Address, SimulatedDht.Port));
        }
    }

    public IReadOnlyList<UdpAddress> Nodes => _nodes;

    /// <summary>How the node at the first address sees an asker at the second.</summary>
    public Func<IPAddress, UdpAddress, UdpAddress> Sees { get; set; } = (_, asker) => asker;

    public int Pings { get; private set; }

    public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (!DhtRequestCodec.TryRead(datagram, out var request))
            return;
        var own = socket.LocalAddress;
        var self = _nodes.Find(node => node.HasSameHost(own));
        var to = from;
        if (request.IsInternal && request.Command == RpcCommand.PingNat)
            to = from.WithPort(BinaryPrimitives.ReadUInt16LittleEndian(request.Value));
        if (request.IsInternal && request.Command == RpcCommand.Ping)
            Pings++;
        var closer = new byte[_nodes.Count * Addr6Codec.Size];
        for (var i = 0; i < _nodes.Count; i++)
            Addr6Codec.Write(closer.AsSpan(i * Addr6Codec.Size), _nodes[i]);
        var reply = new DhtReplyMessage
        {
            TransactionId = request.TransactionId,
            To = Sees(self.ToIPAddress(), to),
            Id = NodeId.FromAddress(self),
            CloserNodes = new Addr6List(closer),
        };
        var bytes = new byte[DhtReplyCodec.GetSize(reply)];
        DhtReplyCodec.Write(bytes, reply);
        socket.Send(bytes, to);
    }
}
