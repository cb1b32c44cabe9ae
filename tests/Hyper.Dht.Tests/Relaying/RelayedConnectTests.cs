using Hyper.BlindRelay;
using Hyper.Dht.Tests.Simulation;
using Hyper.Mux;
using Hyper.SecretStream;
using TestKit;

namespace Hyper.Dht.Tests.Relaying;

/// <summary>Connections over a relay of ours, between networks of every kind.</summary>
public sealed class RelayedConnectTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void ConnectAsync_between_random_networks_goes_over_the_relay_that_either_side_names(
        bool isNamedByClient,
        bool isNamedByServer
    ) =>
        NatWorld.Run(
            async world =>
            {
                var relay = await CreateRelayAsync(world);
                var other = await CreateRelayAsync(world);
                var server = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var client = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var (listener, accepted) = await ListenAsync(server, isNamedByServer ? relay : null);
                var report = new DhtConnectReport();
                var options = new DhtConnectOptions
                {
                    // The server's choice comes first.
                    RelayThrough = isNamedByClient
                        ? DhtRelays.Always((isNamedByServer ? other : relay).PublicKey)
                        : null,
                    Report = report,
                };

                var stream = await client.ConnectAsync(listener.PublicKey, options);

                Assert.Equal("over there", await Inbox.AskAsync(stream, "over there"));
                Assert.Equal(client.KeyPair.PublicKey, Assert.Single(accepted).RemotePublicKey);
                Assert.Equal(DhtConnectPhase.Relay, report.Path);
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.False(stream.IsClosed);
                Assert.Equal((1, 0), (relay.Statistics.Active, other.Statistics.Active));
                Assert.Equal(1, client.RelayStatistics.Active);

                stream.Destroy();
                await world.World.Delay(TimeSpan.FromMinutes(3));
                Assert.Equal((0, 0), (relay.Statistics.Active, relay.Statistics.Sessions));
                AssertNothingLeft(client, server);
                Assert.Equal(0, listener.HandshakeCount);
            },
            deadline: TimeSpan.FromMinutes(30)
        );

    [Fact]
    public void ConnectAsync_with_a_relay_for_need_takes_it_after_punching_has_failed() =>
        NatWorld.Run(async world =>
        {
            var relay = await CreateRelayAsync(world);
            var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var client = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var (listener, _) = await ListenAsync(server, null);
            // Probes pass nowhere.
            world.World.Drop = (_, _, bytes) => bytes.Length == 1;
            var options = new DhtConnectOptions { RelayThrough = DhtRelays.WhenNeeded(client, relay.PublicKey) };

            var stream = await client.ConnectAsync(listener.PublicKey, options);

            Assert.Equal("in need", await Inbox.AskAsync(stream, "in need"));
            Assert.Equal(1, client.RelayStatistics.Successes);
        });

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void ConnectAsync_over_a_relay_moves_to_the_punched_path_under_load(
        bool isClientRandom,
        bool isServerRandom
    ) =>
        NatWorld.Run(
            async world =>
            {
                var relay = await CreateRelayAsync(world);
                var server = await world.CreatePeerAsync(Behaviour(isServerRandom));
                var client = await world.CreatePeerAsync(Behaviour(isClientRandom));
                var (listener, _) = await ListenAsync(server, null);
                // The relay is there before the hole.
                world.World.Conditions = world.World.Conditions with
                {
                    Loss = 0.02,
                };
                var isBlocked = true;
                world.World.Drop = (_, _, bytes) => isBlocked && bytes.Length == 1;
                var report = new DhtConnectReport();
                var options = new DhtConnectOptions
                {
                    RelayThrough = DhtRelays.Always(relay.PublicKey),
                    Report = report,
                };

                var stream = await client.ConnectAsync(listener.PublicKey, options);
                Assert.Equal(DhtConnectPhase.Relay, report.Path);
                isBlocked = false;
                var inbox = new Inbox(stream);
                for (var i = 0; i < 400; i++)
                {
                    var text = $"message {i}";
                    stream.Write(TextEncoding.UTF8.GetBytes(text));
                    Assert.Equal(text, await inbox.ReadTextAsync());
                    await world.World.Delay(TimeSpan.FromMilliseconds(100));
                }

                Assert.Equal(DhtConnectPhase.Punch, report.UpgradedTo);
                Assert.Equal((1, 1), (client.RelayStatistics.Upgrades, server.RelayStatistics.Upgrades));
                Assert.Equal((0, 0), (client.RelayStatistics.Active, server.RelayStatistics.Active));
                // Nobody needs the relay any more.
                Assert.Equal((0, 0), (relay.Statistics.Active, relay.Statistics.Sessions));
                stream.Destroy();
                await world.World.Delay(TimeSpan.FromMinutes(3));
                AssertNothingLeft(client, server);
                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal(0, client.OpenAttempts);
            },
            deadline: TimeSpan.FromMinutes(30)
        );

    [Fact]
    public void ConnectAsync_over_a_relay_returns_to_it_when_the_direct_path_carries_nothing() =>
        NatWorld.Run(
            async world =>
            {
                var relay = await CreateRelayAsync(world);
                var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var client = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var (listener, _) = await ListenAsync(server, null);
                // Probes pass between the two, and nothing else.
                world.World.Drop = (from, to, bytes) =>
                    bytes.Length != 1
                    && from.HostText.StartsWith("20.0.0.", StringComparison.Ordinal)
                    && to.HostText.StartsWith("20.0.0.", StringComparison.Ordinal);
                var isBlocked = true;
                var drop = world.World.Drop;
                world.World.Drop = (from, to, bytes) => (isBlocked && bytes.Length == 1) || drop(from, to, bytes);
                var options = new DhtConnectOptions { RelayThrough = DhtRelays.Always(relay.PublicKey) };

                var stream = await client.ConnectAsync(listener.PublicKey, options);
                var inbox = new Inbox(stream);
                isBlocked = false;
                await world.World.Delay(TimeSpan.FromSeconds(5));
                Assert.Equal(1, client.RelayStatistics.Upgrades);
                stream.Write("still there"u8);
                Assert.Equal("still there", await inbox.ReadTextAsync());
                Assert.True(client.RelayStatistics.Returns > 0);
            },
            deadline: TimeSpan.FromMinutes(30)
        );

    [Fact]
    public void ConnectAsync_of_two_random_clients_with_a_relay_punches_one_after_the_other() =>
        NatWorld.Run(
            async world =>
            {
                var relay = await CreateRelayAsync(world);
                var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var clients = new[]
                {
                    await world.CreatePeerAsync(NatBehaviour.Symmetric),
                    await world.CreatePeerAsync(NatBehaviour.Symmetric),
                };
                var (listener, _) = await ListenAsync(server, null);

                var streams = await Task.WhenAll(
                    clients.Select(client =>
                        client.ConnectAsync(
                            listener.PublicKey,
                            new DhtConnectOptions { RelayThrough = DhtRelays.Always(relay.PublicKey) }
                        )
                    )
                );
                var echoes = await Task.WhenAll(streams.Select(stream => Inbox.AskAsync(stream, "both")));
                Assert.Equal(["both", "both"], echoes);
                await world.World.Delay(TimeSpan.FromMinutes(3));

                Assert.True(server.PunchStatistics.TryLater > 0);
                Assert.Equal(2, server.PunchStatistics.Random);
                Assert.All(clients, client => Assert.Equal(0, client.RelayStatistics.Active));
                Assert.All(streams, stream => Assert.False(stream.IsClosed));
                Assert.Equal(0, relay.Statistics.Active);
            },
            deadline: TimeSpan.FromMinutes(30)
        );

    [Fact]
    public void ConnectAsync_with_a_relay_that_is_not_there_punches_all_the_same() =>
        NatWorld.Run(async world =>
        {
            using var nobody = Crypto.KeyPair.Generate();
            var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var client = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var (listener, _) = await ListenAsync(server, null);

            var stream = await client.ConnectAsync(
                listener.PublicKey,
                new DhtConnectOptions { RelayThrough = DhtRelays.Always(nobody.PublicKey) }
            );

            Assert.Equal("direct", await Inbox.AskAsync(stream, "direct"));
            stream.Destroy();
            await world.World.Delay(TimeSpan.FromMinutes(1));
            AssertNothingLeft(client, server);
        });

    [Fact]
    public void Connection_to_a_relay_that_does_not_end_it_is_given_up_soon_after_it_was_left() =>
        NatWorld.Run(
            async world =>
            {
                var node = await world.CreatePeerAsync(null);
                var relay = new BlindRelayServer(node.Udx);
                var listener = new DhtServer(
                    node,
                    (stream, transport) =>
                        relay.Accept(new Protomux(new NeverEnding(stream)), stream.RemotePublicKey, transport),
                    new DhtServerOptions()
                );
                await listener.ListenAsync();
                var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var client = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var (target, _) = await ListenAsync(server, null);
                var options = new DhtConnectOptions
                {
                    RelayThrough = DhtRelays.Always(listener.PublicKey),
                    // So that the relay is first.
                    PunchDelay = TimeSpan.FromSeconds(3),
                    Report = new DhtConnectReport(),
                };

                var stream = await client.ConnectAsync(target.PublicKey, options);
                Assert.Equal(DhtConnectPhase.Relay, options.Report.Path);
                Assert.Equal("moved", await Inbox.AskAsync(stream, "moved"));
                await world.World.Delay(TimeSpan.FromMinutes(2));
                Assert.Equal(DhtConnectPhase.Punch, options.Report.UpgradedTo);
                Assert.Equal((1, 1), (client.OpenResources.Streams, server.OpenResources.Streams));
                Assert.False(stream.IsClosed);
            },
            deadline: TimeSpan.FromMinutes(30)
        );

    [Fact]
    public void ConnectAsync_over_a_relay_cancelled_at_any_moment_leaves_nothing() =>
        NatWorld.Run(
            async world =>
            {
                var relay = await CreateRelayAsync(world);
                var server = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var client = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var (listener, _) = await ListenAsync(server, null);
                var connected = 0;
                for (var i = 1; i <= 60; i++)
                {
                    using var patience = new CancellationTokenSource(
                        TimeSpan.FromMilliseconds(23 * i),
                        client.Loop.Time
                    );
                    var options = new DhtConnectOptions { RelayThrough = DhtRelays.Always(relay.PublicKey) };
                    try
                    {
                        (await client.ConnectAsync(listener.PublicKey, options, patience.Token)).Destroy();
                        connected++;
                    }
                    catch (OperationCanceledException)
                    {
                        Assert.True(client.OpenAttempts <= 1, $"{client.OpenAttempts} attempts after {i}");
                    }
                    await world.World.Delay(TimeSpan.FromSeconds(20));
                    Assert.Equal(0, client.OpenAttempts);
                }
                Assert.InRange(connected, 1, 59);
                await world.World.Delay(TimeSpan.FromMinutes(3));
                AssertNothingLeft(client, server);
                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal((0, 0), (relay.Statistics.Active, relay.Statistics.Pending));
                Assert.Equal(0, relay.Statistics.Sessions);
            },
            deadline: TimeSpan.FromHours(2)
        );

    private static async Task<DhtRelay> CreateRelayAsync(NatWorld world, BlindRelayServerOptions? options = null)
    {
        var relay = (await world.CreatePeerAsync(null)).CreateRelay(options);
        await relay.ListenAsync();
        return relay;
    }

    private static async Task<(DhtServer Listener, List<NoiseSecretStream> Accepted)> ListenAsync(
        HyperDht server,
        DhtRelay? relay
    )
    {
        var accepted = new List<NoiseSecretStream>();
        var options = new DhtServerOptions { RelayThrough = relay is null ? null : DhtRelays.Always(relay.PublicKey) };
        var listener = server.CreateServer(
            stream =>
            {
                accepted.Add(stream);
                EchoHandler.Serve(stream);
            },
            options
        );
        await listener.ListenAsync();
        return (listener, accepted);
    }

    private static void AssertNothingLeft(params HyperDht[] nodes)
    {
        foreach (var node in nodes)
        {
            Assert.Equal((0, 0), node.OpenResources);
            Assert.Equal(0, node.OpenAttempts);
            Assert.Equal(0, node.RelayStatistics.Active);
        }
    }

    private static NatBehaviour Behaviour(bool isRandom) =>
        isRandom ? NatBehaviour.Symmetric : NatBehaviour.PortRestricted;
}
