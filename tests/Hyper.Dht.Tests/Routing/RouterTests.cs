using Hyper.Dht.Messages;
using Hyper.Dht.Tests.Serving;
using Hyper.Dht.Tests.Simulation;

namespace Hyper.Dht.Tests.Routing;

public sealed class RouterTests
{
    [Fact]
    public void OnPeerHandshake_through_one_relay_reaches_a_firewalled_server() =>
        RunServer(
            async (world, listener, client) =>
            {
                using var noise = client.CreateNoise(RawClient.GoodPayload);
                var reply = await client.SendAsync(noise.Message, listener.RelayAddresses[0]);
                Assert.True(noise.TryRead(reply, out var payload, out _));
                Assert.Equal(HandshakeError.None, payload.Error);
                Assert.Equal(3, payload.Holepunch!.Relays.Length);
                Assert.Equal(listener.RelayAddresses, payload.RelayAddresses);
            }
        );

    [Fact]
    public void OnPeerHandshake_through_two_relays_comes_back_by_the_first() =>
        RunServer(
            async (world, listener, client) =>
            {
                // A node that has no route itself is told of one that has.
                var first = world.Nodes.First(node => !listener.RelayAddresses.Contains(node.Rpc.RemoteAddress!.Value));
                using var noise = client.CreateNoise(RawClient.GoodPayload);
                var reply = await client.SendAsync(
                    noise.Message,
                    first.Rpc.RemoteAddress!.Value,
                    listener.RelayAddresses[1]
                );
                Assert.True(noise.TryRead(reply, out _, out _));
            }
        );

    [Fact]
    public void OnPeerHandshake_at_an_ephemeral_node_is_passed_on_too() =>
        RunServer(
            async (world, listener, client) =>
            {
                var ephemeral = await world.CreatePeerAsync();
                using var noise = client.CreateNoise(RawClient.GoodPayload);
                var reply = await client.SendAsync(
                    noise.Message,
                    ephemeral.Rpc.RemoteAddress!.Value,
                    listener.RelayAddresses[1]
                );
                Assert.True(noise.TryRead(reply, out _, out _));
                Assert.True(ephemeral.Forwarded > 0);
            }
        );

    [Fact]
    public void OnPeerHandshake_without_a_route_helps_the_client_on() =>
        RunServer(
            async (world, listener, client) =>
            {
                var first = world.Nodes.First(node => !listener.RelayAddresses.Contains(node.Rpc.RemoteAddress!.Value));
                using var noise = client.CreateNoise(RawClient.GoodPayload);
                var value = PeerHandshakeCodec.Encode(
                    new PeerHandshake { Mode = RouteMode.FromClient, Noise = noise.Message }
                );
                var reply = await client.RequestAsync(
                    HyperDhtCommand.PeerHandshake,
                    value,
                    first.Rpc.RemoteAddress!.Value
                );
                Assert.Null(reply!.Value);
                Assert.NotEmpty(reply.CloserNodes);
            }
        );

    [Fact]
    public void Announcer_that_loses_its_relays_finds_others() =>
        RunServer(
            async (world, listener, client) =>
            {
                var before = listener.RelayAddresses.ToArray();
                foreach (var node in world.Nodes)
                {
                    if (before.Contains(node.Rpc.RemoteAddress!.Value) && node != world.Nodes[0])
                        await node.DestroyAsync(force: true);
                }
                await world.World.Delay(TimeSpan.FromSeconds(20));

                Assert.Equal(3, listener.RelayAddresses.Count);
                Assert.True(listener.RelayAddresses.Except(before).Count() >= 2);
                var peer = await world.CreatePeerAsync(isFirewalled: true);
                var stream = await peer.ConnectAsync(listener.PublicKey);
                Assert.Equal("found", await Inbox.AskAsync(stream, "found"));
            }
        );

    [Fact]
    public void Announcer_announces_again_before_records_expire() =>
        RunServer(
            async (world, listener, client) =>
            {
                await world.World.Delay(TimeSpan.FromMinutes(45));
                var peer = await world.CreatePeerAsync(isFirewalled: true);
                var stream = await peer.ConnectAsync(listener.PublicKey);
                Assert.Equal("still here", await Inbox.AskAsync(stream, "still here"));
            },
            TimeSpan.FromHours(2)
        );

    private static void RunServer(Func<SimulatedDht, DhtServer, RawClient, Task> body, TimeSpan? deadline = null) =>
        SimulatedDht.Run(
            16,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var peer = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                await body(world, listener, new RawClient(peer, listener.PublicKey));
            },
            deadline: deadline
        );
}
