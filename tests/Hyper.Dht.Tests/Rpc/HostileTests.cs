using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

public class HostileTests
{
    private const uint Big = 50;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Fuzz_datagrams_node_goes_on_answering()
    {
        var dht = new SimulatedDht();
        var corpus = VectorFile
            .Load("dht-rpc.json")
            .GetProperty("vectors")
            .EnumerateArray()
            .Select(v => v.Hex())
            .ToArray();
        dht.Run(async () =>
        {
            await dht.GrowAsync(4);
            var node = dht.Nodes[1];
            var random = new Random(dht.World.Seed);
            var socket = OpenAttacker(dht, "10.5.0.1", out _);
            var inputs = FuzzBudget.Inputs();
            for (var i = 0; i < inputs; i++)
            {
                var datagram = corpus[random.Next(corpus.Length)].ToArray();
                if (random.Next(3) == 0)
                    random.NextBytes(datagram.AsSpan(1));
                else
                    datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
                socket.Send(datagram.AsSpan(0, random.Next(datagram.Length + 1)), dht.AddressOf(1));
                if (i % 100 == 0)
                    await dht.World.Delay(TimeSpan.FromMilliseconds(100));
            }
            await dht.World.Delay(TimeSpan.FromSeconds(1));
            Assert.True(node.Statistics.Malformed > inputs / 10);
            Assert.True(node.Statistics.RequestsReceived > inputs / 100);
            Assert.Equal(0, node.Statistics.ActiveRequests);
            Assert.True((await dht.Nodes[2].PingAsync(dht.AddressOf(1))).IsSuccess);
            Assert.Equal(DhtNodeState.Ready, node.State);
        });
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Fuzz_replies_with_the_right_id_and_source_settle_or_time_out()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(2);
            var random = new Random(dht.World.Seed);
            var host = dht.World.CreateHost("10.5.0.1");
            var mangler = new Mangler(random);
            host.OpenSocket(new DatagramSocketOptions { Port = 7 }, mangler);
            var to = new UdpAddress(host.Address, 7);
            var settled = 0;
            var inputs = FuzzBudget.Inputs();
            for (var i = 0; i < inputs; i += 40)
            {
                var batch = Enumerable.Range(0, 40).Select(_ => dht.Nodes[1].PingAsync(to, DhtRequestOptions.Once));
                settled += (await Task.WhenAll(batch)).Count(r => r.HasReply);
            }
            Assert.InRange(settled, 1, mangler.Answered);
            Assert.Equal(0, dht.Nodes[1].Statistics.ActiveRequests);
            Assert.True(mangler.Answered >= inputs);
        });
    }

    [Fact]
    public void Flood_from_one_host_is_cut_and_another_is_served()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(3);
            var socket = OpenAttacker(dht, "10.5.0.1", out var inbox);
            var find = Request(RpcCommand.FindNode, dht.AddressOf(1), dht.RandomTarget());
            for (var i = 0; i < 20_000; i++)
                socket.Send(find, dht.AddressOf(1));
            await dht.World.Delay(TimeSpan.FromSeconds(1));
            Assert.InRange(inbox.Received, 900, 1100);
            Assert.True(dht.Nodes[1].Statistics.RateLimited > 18_000);
            Assert.True((await dht.Nodes[2].PingAsync(dht.AddressOf(1), DhtRequestOptions.Once)).IsSuccess);
        });
    }

    [Fact]
    public void Flood_of_persistent_strangers_keeps_the_table_bounded()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(2);
            var node = dht.Nodes[1];
            var socket = (IRpcDatagramHandler)node;
            for (uint i = 1; i <= 20_000; i++)
            {
                var from = new UdpAddress((11u << 24) + i, 9);
                var ping = Request(RpcCommand.Ping, dht.AddressOf(1), null, NodeId.FromAddress(from));
                socket.HandleDatagram(node.ServerSocket!, ping, from);
            }
            Assert.InRange(node.NodeCount, 100, 20 * 20);
            Assert.Equal(dht.AddressOf(1), node.RemoteAddress);
            // None of them is there: upkeep clears them out.
            await dht.World.Delay(TimeSpan.FromHours(3));
            Assert.Equal([dht.AddressOf(0)], node.GetNodes());
        });
    }

    [Fact]
    public void Id_that_does_not_fit_its_address_is_not_learned()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(2);
            var socket = OpenAttacker(dht, "10.5.0.1", out var inbox);
            socket.Send(Request(RpcCommand.Ping, dht.AddressOf(1), null, dht.RandomTarget()), dht.AddressOf(1));
            await dht.World.Delay(TimeSpan.FromSeconds(1));
            Assert.Equal(1, inbox.Received);
            Assert.Equal([dht.AddressOf(0)], dht.Nodes[1].GetNodes());
        });
    }

    [Fact]
    public void DownHint_lie_keeps_the_node_and_truth_removes_it()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(5);
            var socket = OpenAttacker(dht, "10.5.0.1", out _);
            socket.Send(DownHint(dht.AddressOf(1), dht.AddressOf(2)), dht.AddressOf(1));
            // A node is checked once a tick.
            await dht.World.Delay(TimeSpan.FromSeconds(6));
            Assert.Contains(dht.AddressOf(2), dht.Nodes[1].GetNodes());
            dht.Crash(2);
            // The first may fall into a tick in which the node was asked already.
            for (var i = 0; i < 2; i++)
            {
                socket.Send(DownHint(dht.AddressOf(1), dht.AddressOf(2)), dht.AddressOf(1));
                await dht.World.Delay(TimeSpan.FromSeconds(6));
            }
            Assert.DoesNotContain(dht.AddressOf(2), dht.Nodes[1].GetNodes());
        });
    }

    [Fact]
    public void DelayedPing_flood_is_bounded()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(2);
            byte[] tenSeconds = [0x10, 0x27, 0, 0];
            var delayed = Encode(
                new DhtRequestMessage
                {
                    To = dht.AddressOf(1),
                    IsInternal = true,
                    Command = RpcCommand.DelayedPing,
                    HasValue = true,
                    Value = tenSeconds,
                }
            );
            for (uint i = 0; i < 5000; i++)
                dht.Nodes[1].HandleDatagram(dht.Nodes[1].ServerSocket!, delayed, new UdpAddress((11u << 24) + i, 9));
            var before = dht.Nodes[1].Statistics.RepliesSent;
            await dht.World.Delay(TimeSpan.FromSeconds(11));
            Assert.InRange(dht.Nodes[1].Statistics.RepliesSent - before, 1024, 1034);
        });
    }

    [Theory]
    [InlineData(1300, true)]
    [InlineData(1400, false)]
    public void Reply_too_large_goes_without_closer_nodes_or_not_at_all(int bytes, bool arrives)
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(25, new BigHandler(bytes));
            var request = new DhtRequest(Big) { Target = dht.RandomTarget() };
            var result = await dht.Nodes[1].RequestAsync(request, dht.AddressOf(2), DhtRequestOptions.Once);
            Assert.Equal(arrives, result.IsSuccess);
            Assert.Equal(arrives ? bytes : null, result.Reply?.Value?.Length);
            Assert.Equal(arrives ? 0 : 1, dht.Nodes[2].Statistics.Oversized);
        });
    }

    [Fact]
    public void Health_goes_offline_with_the_network_and_comes_back()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(10);
            var node = dht.Nodes[4];
            var own = dht.AddressOf(4);
            var changes = new List<DhtHealth>();
            node.HealthChanged += () => changes.Add(node.Health);
            dht.World.Drop = (from, to, _) => from.HasSameHost(own) || to.HasSameHost(own);
            await dht.World.Delay(TimeSpan.FromMinutes(10));
            Assert.Equal(DhtHealth.Offline, node.Health);
            Assert.Equal(DhtNodeState.Isolated, node.State);
            dht.World.Drop = null;
            await dht.World.Delay(TimeSpan.FromMinutes(3));
            Assert.Equal([DhtHealth.Offline, DhtHealth.Online], changes);
            Assert.Equal(DhtNodeState.Ready, node.State);
            Assert.True(node.NodeCount >= 8);
        });
    }

    private static IDatagramSocket OpenAttacker(SimulatedDht dht, string address, out Inbox inbox)
    {
        inbox = new Inbox();
        return dht.World.CreateHost(address).OpenSocket(new DatagramSocketOptions { Port = 9 }, inbox);
    }

    private static byte[] Request(uint command, UdpAddress to, Bytes32? target, Bytes32? id = null) =>
        Encode(
            new DhtRequestMessage
            {
                TransactionId = 77,
                To = to,
                Id = id,
                IsInternal = true,
                Command = command,
                Target = target,
            }
        );

    private static byte[] DownHint(UdpAddress to, UdpAddress down)
    {
        var value = new byte[Addr6Codec.Size];
        Addr6Codec.Write(value, down);
        return Encode(
            new DhtRequestMessage
            {
                To = to,
                IsInternal = true,
                Command = RpcCommand.DownHint,
                HasValue = true,
                Value = value,
            }
        );
    }

    private static byte[] Encode(in DhtRequestMessage message)
    {
        var bytes = new byte[DhtRequestCodec.GetSize(message)];
        DhtRequestCodec.Write(bytes, message);
        return bytes;
    }

    private sealed class Inbox : IDatagramHandler
    {
        public int Received { get; private set; }

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) => Received++;
    }

    private sealed class BigHandler(int bytes) : IDhtCommandHandler
    {
        public bool OnRequest(in DhtIncomingRequest request)
        {
            request.Reply(new byte[bytes]);
            return true;
        }
    }

    private sealed class Mangler(Random random) : IDatagramHandler
    {
        public int Answered { get; private set; }

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            if (!DhtRequestCodec.TryRead(datagram, out var request))
                return;
            Answered++;
            Span<byte> reply = stackalloc byte[200];
            random.NextBytes(reply);
            reply[0] = DhtWire.Reply;
            reply[1] = (byte)random.Next(32);
            BitConverter.TryWriteBytes(reply[2..], request.TransactionId);
            socket.Send(reply[..random.Next(4, reply.Length)], from);
        }
    }
}
