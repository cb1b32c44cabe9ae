using Hyper.Crypto;
using Hyper.Dht.Tests.Simulation;
using Hyper.SecretStream;

namespace Hyper.Dht.Tests.Connecting;

public sealed class ConnectTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void ConnectAsync_by_key_reaches_the_server(bool isServerFirewalled, bool isClientFirewalled) =>
        SimulatedDht.Run(
            20,
            async world =>
            {
                var server = await world.CreatePeerAsync(isServerFirewalled);
                var client = await world.CreatePeerAsync(isClientFirewalled);
                Assert.Equal(isServerFirewalled, server.Rpc.IsFirewalled);
                Assert.Equal(isClientFirewalled, client.Rpc.IsFirewalled);
                var accepted = new List<NoiseSecretStream>();
                var listener = server.CreateServer(stream =>
                {
                    accepted.Add(stream);
                    EchoHandler.Serve(stream);
                });
                await listener.ListenAsync();

                var stream = await client.ConnectAsync(listener.PublicKey);

                Assert.Equal(listener.PublicKey, stream.RemotePublicKey);
                Assert.Equal("hello", await Inbox.AskAsync(stream, "hello"));
                Assert.Equal(client.KeyPair.PublicKey, Assert.Single(accepted).RemotePublicKey);
                // The handshake went through several relays, and is one all the same.
                Assert.Equal(1, listener.Statistics.Answered);
                Assert.Equal(1, listener.Statistics.Connections);
            }
        );

    [Fact]
    public void ConnectAsync_again_uses_the_relays_of_before() =>
        SimulatedDht.Run(
            20,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var client = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                for (var i = 0; i < 3; i++)
                {
                    var stream = await client.ConnectAsync(listener.PublicKey);
                    Assert.Equal("again", await Inbox.AskAsync(stream, "again"));
                    stream.Destroy();
                }
                await world.World.Delay(TimeSpan.FromSeconds(30));

                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal((0, 0), client.OpenResources);
                Assert.Equal((0, 0), server.OpenResources);
            }
        );

    [Fact]
    public void ConnectAsync_to_nobody_fails_as_not_found() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                using var nobody = KeyPair.Generate();
                var client = await world.CreatePeerAsync();
                var error = await Assert.ThrowsAsync<HyperDhtException>(() => client.ConnectAsync(nobody.PublicKey));
                Assert.Equal(HyperDhtErrorCode.PeerNotFound, error.Code);
                await world.World.Delay(TimeSpan.FromSeconds(5));
                Assert.Equal((0, 0), client.OpenResources);
            }
        );

    [Fact]
    public void ConnectAsync_kept_out_by_the_firewall_gets_no_answer() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var client = await world.CreatePeerAsync();
                var friend = await world.CreatePeerAsync();
                var listener = server.CreateServer(
                    EchoHandler.Serve,
                    new DhtServerOptions { Firewall = (in key, in _) => key != friend.KeyPair.PublicKey }
                );
                await listener.ListenAsync();

                var error = await Assert.ThrowsAsync<HyperDhtException>(() => client.ConnectAsync(listener.PublicKey));
                Assert.Equal(HyperDhtErrorCode.PeerConnectionFailed, error.Code);
                Assert.Equal(1, listener.Statistics.Firewalled);
                Assert.Equal(0, listener.HandshakeCount);

                var stream = await friend.ConnectAsync(listener.PublicKey);
                Assert.Equal("friend", await Inbox.AskAsync(stream, "friend"));
            }
        );

    [Fact]
    public void ConnectAsync_cancelled_ends_at_once_and_leaves_nothing() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                using var nobody = KeyPair.Generate();
                var client = await world.CreatePeerAsync();
                // Shorter than one way through the network.
                using var cancellation = new CancellationTokenSource(TimeSpan.FromMicroseconds(500), client.Loop.Time);
                var connecting = client.ConnectAsync(nobody.PublicKey, null, cancellation.Token);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
                await world.World.Delay(TimeSpan.FromSeconds(5));
                Assert.Equal((0, 0), client.OpenResources);
            }
        );

    [Fact]
    public void ConnectAsync_between_two_nodes_of_one_host_uses_the_local_network() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var client = HyperDht.Create(server.Loop, server.Options with { Port = 50_000 });
                await client.FullyBootstrappedAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                var stream = await client.ConnectAsync(listener.PublicKey);
                Assert.Equal("local", await Inbox.AskAsync(stream, "local"));
            }
        );

    [Fact]
    public void ConnectAsync_to_a_server_of_the_same_node_works_too() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                using var other = KeyPair.Generate();
                var node = await world.CreatePeerAsync(isFirewalled: true);
                var listener = node.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                var stream = await node.ConnectAsync(listener.PublicKey, new DhtConnectOptions { KeyPair = other });
                Assert.Equal(other.PublicKey, stream.PublicKey);
                Assert.Equal("myself", await Inbox.AskAsync(stream, "myself"));
            }
        );

    [Fact]
    public void ListenAsync_twice_or_under_a_used_key_is_refused() =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                var node = await world.CreatePeerAsync();
                var listener = node.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                var error = await Assert.ThrowsAsync<HyperDhtException>(() => listener.ListenAsync());
                Assert.Equal(HyperDhtErrorCode.AlreadyListening, error.Code);
                var second = node.CreateServer(EchoHandler.Serve);
                error = await Assert.ThrowsAsync<HyperDhtException>(() => second.ListenAsync());
                Assert.Equal(HyperDhtErrorCode.KeyPairAlreadyUsed, error.Code);

                await listener.CloseAsync();
                await second.ListenAsync();
                Assert.True(second.IsListening);
            }
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DestroyAsync_with_dead_relays_takes_less_than_two_seconds(bool force) =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                foreach (var node in world.Nodes)
                    await node.DestroyAsync(force: true);

                var started = world.World.Elapsed;
                await server.DestroyAsync(force);
                Assert.True(world.World.Elapsed - started < TimeSpan.FromSeconds(2));
                // Nothing of it goes on by itself.
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.False(listener.IsListening);
            }
        );

    [Fact]
    public void DestroyAsync_ends_connections_on_both_sides_in_time() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var client = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var stream = await client.ConnectAsync(listener.PublicKey);
                var inbox = new Inbox(stream);
                stream.Write("x"u8);
                await inbox.ReadTextAsync();

                var started = world.World.Elapsed;
                await server.DestroyAsync();
                Assert.True(world.World.Elapsed - started < TimeSpan.FromSeconds(2));
                await inbox.Closed;

                var error = await Assert.ThrowsAsync<HyperDhtException>(() => client.ConnectAsync(listener.PublicKey));
                Assert.Equal(HyperDhtErrorCode.PeerNotFound, error.Code);
                error = await Assert.ThrowsAsync<HyperDhtException>(() => server.ConnectAsync(listener.PublicKey));
                Assert.Equal(HyperDhtErrorCode.NodeDestroyed, error.Code);
            }
        );
}
