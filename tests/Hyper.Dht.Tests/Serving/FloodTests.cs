using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Dht.Tests.Simulation;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Serving;

/// <summary>Much of everything, from everywhere: bounded, counted, and others are served meanwhile.</summary>
public sealed class FloodTests
{
    private const int Flood = 10_000;

    [Fact]
    public void Handshakes_of_one_network_cost_little_and_others_come_in() =>
        RunServer(
            async (world, server, listener) =>
            {
                var random = TestSeed.NewRandom();
                for (var i = 0; i < Flood; i++)
                    server.Receive(
                        RandomHandshake(random, listener),
                        new UdpAddress(0x0B00_0000u + (uint)(i % 256), 7)
                    );

                // As many were looked at as the network may have at once.
                Assert.Equal(4 * 50, listener.Statistics.Malformed);
                Assert.Equal(Flood - (4 * 50), server.Rpc.Statistics.HandshakesLimited);
                await AssertServedAsync(world, listener);
            }
        );

    [Fact]
    public void Handshakes_from_invented_networks_leave_half_of_the_work_to_those_who_are_known() =>
        RunServer(
            async (world, server, listener) =>
            {
                var random = TestSeed.NewRandom();
                var (limited, elapsed) = (0L, TimeSpan.Zero);
                for (uint i = 0; i < Flood; i++)
                {
                    server.Receive(RandomHandshake(random, listener), new UdpAddress(0x0B00_0000u + (i << 8), 7));
                    if (i % 1000 != 999)
                        continue;
                    await world.World.Delay(TimeSpan.FromMilliseconds(100));
                }
                // Half of 2000 at once, and then 500 a second of which the flood gets all that comes back.
                Assert.InRange(listener.Statistics.Malformed, 1000, 1000 + 500);
                limited = server.Rpc.Statistics.HandshakesLimited;
                elapsed = world.World.Elapsed;
                Assert.Equal(Flood, limited + listener.Statistics.Malformed);

                // A client comes through a relay of ours while the flood goes on.
                using var flooding = new CancellationTokenSource();
                var flood = FloodAsync(flooding.Token);
                await AssertServedAsync(world, listener);
                await flooding.CancelAsync();
                await flood;
                Assert.True(server.Rpc.Statistics.HandshakesLimited > limited, $"No flood from {elapsed} on.");

                async Task FloodAsync(CancellationToken stop)
                {
                    for (uint i = 0; !stop.IsCancellationRequested; i++)
                    {
                        for (uint j = 0; j < 100; j++)
                        {
                            var from = new UdpAddress(0x0C00_0000u + ((uint)random.Next(1 << 16) << 8), 7);
                            server.Receive(RandomHandshake(random, listener), from);
                        }
                        await world.World.Delay(TimeSpan.FromMilliseconds(10));
                    }
                }
            }
        );

    [Fact]
    public void Handshakes_that_a_stranger_says_it_relays_are_bounded_by_its_own_network() =>
        RunServer(
            (world, server, listener) =>
            {
                var random = TestSeed.NewRandom();
                for (uint i = 0; i < Flood; i++)
                {
                    var client = new UdpAddress(0x0B00_0000u + (i << 8), 7);
                    server.Receive(
                        RandomHandshake(random, listener, client),
                        new UdpAddress(0x0D00_0001u + (i % 200), 7)
                    );
                }
                Assert.Equal(4 * 200, listener.Statistics.Malformed);
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void Copies_of_one_message_cost_one_look() =>
        RunServer(
            (world, server, listener) =>
            {
                var message = RandomHandshake(TestSeed.NewRandom(), listener);
                for (var i = 0; i < 500; i++)
                    server.Receive(message, new UdpAddress(0x0B00_0001, 7));
                Assert.Equal(1, listener.Statistics.Malformed);
                Assert.Equal(0, server.Rpc.Statistics.HandshakesLimited);
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void Requests_in_a_victims_name_do_not_make_us_its_attacker() =>
        RunServer(
            async (world, server, listener) =>
            {
                var node = world.Nodes[3];
                var victim = new UdpAddress(0x0B00_0001, 7);
                long sent = 0;
                var drop = world.World.Drop!;
                world.World.Drop = (from, to, datagram) =>
                {
                    sent += to.HasSameHost(victim) ? datagram.Length : 0;
                    return drop(from, to, datagram);
                };
                var find = RawRequest.Encode(
                    RpcCommand.FindNode,
                    default,
                    Blake2b.Hash("anything"u8),
                    isInternal: true
                );
                long received = 0;
                const int seconds = 20;
                for (var i = 0; i < seconds * 100; i++)
                {
                    for (var j = 0; j < 30; j++)
                    {
                        received += find.Length;
                        node.Receive(find, victim.WithPort((ushort)(j + 1)));
                    }
                    await world.World.Delay(TimeSpan.FromMilliseconds(10));
                }
                // 256 KiB at once and 32 KiB a second beyond what came in, with all that the host is served at all.
                Assert.InRange(sent, 300_000, received + (256 << 10) + ((seconds + 1) * (32 << 10)));
                Assert.NotEqual(0, node.Rpc.Statistics.RepliesLimited);
                Assert.NotEqual(0, node.Rpc.Statistics.RateLimited);
            },
            nodes: 24
        );

    [Fact]
    public void Host_that_sent_its_token_back_gets_long_replies_without_that_bound() =>
        RunServer(
            async (world, server, listener) =>
            {
                var node = world.Nodes[3];
                var peer = await world.CreatePeerAsync();
                // A put brings the token back.
                await peer.ImmutablePutAsync("something"u8.ToArray());
                var find = RawRequest.Encode(
                    RpcCommand.FindNode,
                    default,
                    Blake2b.Hash("anything"u8),
                    isInternal: true
                );
                // 480 KB more than came in, in eight seconds.
                for (var i = 0; i < 4000; i++)
                {
                    node.Receive(find, peer.Rpc.RemoteAddress!.Value);
                    if (i % 100 == 0)
                        await world.World.Delay(TimeSpan.FromMilliseconds(200));
                }
                Assert.Equal(0, node.Rpc.Statistics.RepliesLimited);
                Assert.Equal(0, node.Rpc.Statistics.RateLimited);
            },
            nodes: 24
        );

    [Fact]
    public void Delayed_pings_of_one_host_do_not_take_the_places_of_others() =>
        RunServer(
            async (world, server, listener) =>
            {
                var node = world.Nodes[3];
                byte[] tenSeconds = [0x10, 0x27, 0, 0];
                var delayed = RawRequest.Encode(RpcCommand.DelayedPing, tenSeconds, isInternal: true);
                for (var i = 0; i < 900; i++)
                    node.Receive(delayed, new UdpAddress(0x0B00_0001, (ushort)(i + 1)));
                Assert.Equal(900 - 32, node.Rpc.Statistics.DelayedPingsLimited);
                var peer = await world.CreatePeerAsync();
                var pong = await peer.Rpc.DelayedPingAsync(node.Rpc.RemoteAddress!.Value, TimeSpan.FromSeconds(5));
                Assert.True(pong.IsSuccess);
                await world.World.Delay(TimeSpan.FromSeconds(11));
                node.Receive(delayed, new UdpAddress(0x0B00_0001, 1));
                Assert.Equal(900 - 32, node.Rpc.Statistics.DelayedPingsLimited);
            }
        );

    [Fact]
    public void Replies_to_requests_that_others_made_are_counted_and_ignored() =>
        RunServer(
            async (world, server, listener) =>
            {
                var random = TestSeed.NewRandom();
                var ping = server.Rpc.PingAsync(world.Nodes[2].Rpc.RemoteAddress!.Value);
                var before = server.Rpc.Statistics.UnmatchedReplies;
                var known = server.Rpc.NodeCount;
                var reply = new byte[42];
                for (var id = 0; id <= ushort.MaxValue; id++)
                {
                    random.NextBytes(reply);
                    (reply[0], reply[1]) = (0x13, 0);
                    BitConverter.TryWriteBytes(reply.AsSpan(2), (ushort)id);
                    server.Receive(reply, new UdpAddress(0x0B00_0001, 7));
                }
                Assert.Equal(1 << 16, server.Rpc.Statistics.UnmatchedReplies - before);
                var pong = await ping;
                Assert.Equal(world.Nodes[2].Rpc.RemoteAddress!.Value, pong.Reply!.From);
                Assert.Equal(known, server.Rpc.NodeCount);
            }
        );

    private static byte[] RandomHandshake(Random random, DhtServer listener, UdpAddress? client = null)
    {
        var noise = new byte[150];
        random.NextBytes(noise);
        var value = PeerHandshakeCodec.Encode(
            new PeerHandshake
            {
                Mode = client.HasValue ? RouteMode.FromRelay : RouteMode.FromClient,
                Noise = noise,
                PeerAddress = client,
            }
        );
        return RawRequest.Encode(HyperDhtCommand.PeerHandshake, value, HyperDht.GetTarget(listener.PublicKey));
    }

    private static async Task AssertServedAsync(SimulatedDht world, DhtServer listener)
    {
        var peer = await world.CreatePeerAsync(isFirewalled: true);
        var stream = await peer.ConnectAsync(listener.PublicKey);
        Assert.Equal("served", await Inbox.AskAsync(stream, "served"));
    }

    private static void RunServer(Func<SimulatedDht, HyperDht, DhtServer, Task> body, int nodes = 8) =>
        SimulatedDht.Run(
            nodes,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                await body(world, server, listener);
            }
        );
}
