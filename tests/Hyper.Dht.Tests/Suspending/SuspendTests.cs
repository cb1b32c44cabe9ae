using System.Net;
using Hyper.Crypto;
using Hyper.Dht.Rpc;
using Hyper.Dht.Tests.Simulation;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Suspending;

public sealed class SuspendTests
{
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(2);

    [Fact]
    public void SuspendAsync_ends_streams_connects_and_requests_and_closes_all_sockets() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var peer = await world.CreatePeerAsync(isFirewalled: true);
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var stream = await peer.ConnectAsync(listener.PublicKey);
                var inbox = new Inbox(stream);
                stream.Write("before"u8);
                Assert.Equal("before", await inbox.ReadTextAsync());
                // Requests to nobody, and a connect that is on its way.
                var silent = new UdpAddress(IPAddress.Parse("10.99.0.1"), 5);
                var request = peer.Rpc.PingAsync(silent);
                using var nobody = KeyPair.Generate();
                var connecting = peer.ConnectAsync(nobody.PublicKey);

                var started = world.World.Elapsed;
                var suspended = peer.SuspendAsync();
                Assert.True(peer.IsSuspended);
                var refused = await Assert.ThrowsAsync<HyperDhtException>(() => peer.ConnectAsync(listener.PublicKey));
                Assert.Equal(HyperDhtErrorCode.Suspended, refused.Code);
                await suspended;

                Assert.True(world.World.Elapsed - started < _bound);
                var abandoned = await Assert.ThrowsAsync<HyperDhtException>(() => connecting);
                Assert.Equal(HyperDhtErrorCode.Suspended, abandoned.Code);
                Assert.Equal("IO_SUSPENDED", (await request).Code);
                Assert.NotNull(await inbox.Closed);
                Assert.Equal((0, 0), peer.OpenResources);
                Assert.Null(peer.Rpc.ServerSocket);
                Assert.Null(peer.Rpc.ClientSocket);
                Assert.Equal(DhtNodeState.Suspended, peer.Rpc.State);
            }
        );

    [Fact]
    public void SuspendAsync_tells_the_other_side_of_a_stream() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var peer = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var inbox = new Inbox(await peer.ConnectAsync(listener.PublicKey));
                var started = world.World.Elapsed;
                await server.SuspendAsync();
                await inbox.Closed;
                Assert.True(world.World.Elapsed - started < _bound);
            }
        );

    [Fact]
    public void SuspendAsync_server_is_forgotten_by_its_relays_and_found_again_after_ResumeAsync() =>
        SimulatedDht.Run(
            24,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var client = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                await server.SuspendAsync();
                Assert.Empty(await FindAsync(client, listener.PublicKey));
                Assert.Empty(listener.RelayAddresses);
                Assert.True(listener.IsListening);
                var error = await Assert.ThrowsAsync<HyperDhtException>(() => client.ConnectAsync(listener.PublicKey));
                Assert.Equal(HyperDhtErrorCode.PeerNotFound, error.Code);
                await world.World.Delay(TimeSpan.FromHours(1));

                await server.ResumeAsync();
                Assert.Equal(DhtNodeState.Ready, await server.FullyBootstrappedAsync());
                await world.World.Delay(TimeSpan.FromSeconds(2));
                Assert.Equal(3, (await FindAsync(client, listener.PublicKey)).Count);
                var stream = await client.ConnectAsync(listener.PublicKey);
                Assert.Equal("again", await Inbox.AskAsync(stream, "again"));
            },
            deadline: TimeSpan.FromHours(2)
        );

    [Fact]
    public void SuspendAsync_with_dead_relays_keeps_its_bound() =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                await server.CreateServer(EchoHandler.Serve).ListenAsync();
                foreach (var node in world.Nodes)
                    await node.DestroyAsync(force: true);
                var started = world.World.Elapsed;
                await server.SuspendAsync();
                Assert.True(world.World.Elapsed - started < _bound);
            }
        );

    [Fact]
    public void SuspendAsync_closes_all_sockets_also_when_a_goodbye_fails() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                var keyPair = KeyPair.Generate();
                await listener.ListenAsync(keyPair);
                // It must outlive the server: without it nothing can be signed.
                keyPair.Dispose();
                await Assert.ThrowsAsync<ObjectDisposedException>(server.SuspendAsync);
                Assert.Null(server.Rpc.ServerSocket);
                Assert.Equal(DhtNodeState.Suspended, server.Rpc.State);

                await server.ResumeAsync();
                Assert.Equal(DhtNodeState.Ready, await server.FullyBootstrappedAsync());
            }
        );

    [Fact]
    public void Handler_of_changed_relays_that_throws_stops_no_announcing_and_no_other_handler() =>
        SimulatedDht.Run(
            24,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var client = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var told = 0;
                listener.RelayAddressesChanged += () => throw new InvalidOperationException("a handler that throws");
                listener.RelayAddressesChanged += () => told++;
                for (var loss = 1; loss <= 2; loss++)
                {
                    foreach (var node in world.Nodes)
                    {
                        if (node.Rpc.RemoteAddress is { } at && listener.RelayAddresses.Contains(at))
                            await node.DestroyAsync(force: true);
                    }
                    // The relays are lost, and others are found.
                    await world.World.Delay(TimeSpan.FromSeconds(30));
                    Assert.Equal(loss, told);
                }
                Assert.Equal("found", await Inbox.AskAsync(await client.ConnectAsync(listener.PublicKey), "found"));
                await server.SuspendAsync();
                await server.ResumeAsync();
                Assert.Equal(DhtNodeState.Ready, await server.FullyBootstrappedAsync());
            }
        );

    [Fact]
    public void ResumeAsync_comes_back_on_the_same_ports_or_on_others() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var peer = await world.CreatePeerAsync();
                var (server, client) = Ports(peer);
                await peer.SuspendAsync();
                await peer.ResumeAsync();
                Assert.Equal((server, client), Ports(peer));

                await peer.SuspendAsync();
                using var thief = peer.Loop.OpenSocket(new DatagramSocketOptions { Port = server }, new Deaf());
                using var other = peer.Loop.OpenSocket(new DatagramSocketOptions { Port = client }, new Deaf());
                await peer.ResumeAsync();
                Assert.NotEqual(server, Ports(peer).Server);
                Assert.NotEqual(client, Ports(peer).Client);
                Assert.Equal(DhtNodeState.Ready, await peer.FullyBootstrappedAsync());
                // It was told that its port is open, and that it has another one now is known from the others.
                Assert.Equal(Ports(peer).Server, peer.Rpc.RemoteAddress?.Port);
            }
        );

    [Fact]
    public void Persistent_node_that_resumes_elsewhere_takes_the_id_of_its_new_address() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var node = world.Nodes[5];
                await node.SuspendAsync();
                using var thief = node.Loop.OpenSocket(
                    new DatagramSocketOptions { Port = HyperDhtOptions.DefaultPort },
                    new Deaf()
                );
                await node.ResumeAsync();
                Assert.Equal(DhtNodeState.Ready, await node.FullyBootstrappedAsync());
                Assert.Equal(NodeId.FromAddress(node.Rpc.RemoteAddress!.Value), node.Rpc.Id);
                Assert.NotEqual(HyperDhtOptions.DefaultPort, node.LocalAddress.Port);
            }
        );

    [Fact]
    public void ListenAsync_while_suspended_is_announced_after_ResumeAsync() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var client = await world.CreatePeerAsync();
                await server.SuspendAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                await server.ResumeAsync();
                await world.World.Delay(TimeSpan.FromSeconds(5));
                Assert.Equal(3, listener.RelayAddresses.Count);
                var stream = await client.ConnectAsync(listener.PublicKey);
                Assert.Equal("late", await Inbox.AskAsync(stream, "late"));
            }
        );

    [Fact]
    public void Suspending_and_resuming_at_random_moments_ends_as_the_last_word_says() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var random = TestKit.TestSeed.NewRandom();
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var client = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                for (var i = 0; i < 200; i++)
                {
                    _ = random.Next(2) == 0 ? server.SuspendAsync() : server.ResumeAsync();
                    if (random.Next(3) == 0)
                        await world.World.Delay(TimeSpan.FromMilliseconds(random.Next(3000)));
                }
                await server.SuspendAsync();
                Assert.Empty(await FindAsync(client, listener.PublicKey));
                Assert.Equal((0, 0), server.OpenResources);
                await server.ResumeAsync();
                await world.World.Delay(TimeSpan.FromSeconds(10));
                var stream = await client.ConnectAsync(listener.PublicKey);
                Assert.Equal("alive", await Inbox.AskAsync(stream, "alive"));
            },
            deadline: TimeSpan.FromHours(2)
        );

    [Fact]
    public void DestroyAsync_of_a_suspended_node_leaves_nothing() =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                await server.SuspendAsync();
                var started = world.World.Elapsed;
                await server.DestroyAsync();
                Assert.True(world.World.Elapsed - started < _bound);
                await server.ResumeAsync();
                Assert.Null(server.Rpc.ServerSocket);
                Assert.Equal(DhtNodeState.Closed, server.Rpc.State);
            }
        );

    [Fact]
    public void FullyBootstrappedAsync_of_a_node_that_is_suspended_meanwhile_ends() =>
        SimulatedDht.Run(
            0,
            async world =>
            {
                var peer = HyperDht.Create(
                    world.World.CreateHost("10.7.0.1"),
                    new HyperDhtOptions { Bootstrap = [world.Bootstrap] }
                );
                var waiting = peer.FullyBootstrappedAsync();
                await peer.SuspendAsync();
                Assert.Equal(DhtNodeState.Suspended, await waiting);
            }
        );

    private static (ushort Server, ushort Client) Ports(HyperDht dht) =>
        (dht.Rpc.ServerSocket!.LocalAddress.Port, dht.Rpc.ClientSocket!.LocalAddress.Port);

    private static async Task<List<FoundPeer>> FindAsync(HyperDht dht, Bytes32 publicKey)
    {
        var found = new List<FoundPeer>();
        await foreach (var item in dht.FindPeerAsync(publicKey))
            found.Add(item);
        return found;
    }

    private sealed class Deaf : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
