using Hyper.Dht.Tests.Simulation;
using TestKit;

namespace Hyper.Dht.Tests.Connecting;

public sealed class ConnectLoadTests
{
    [Fact]
    public void ConnectAsync_of_forty_clients_at_once_serves_all_and_leaves_nothing() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var clients = new List<HyperDht>();
                for (var i = 0; i < 40; i++)
                    clients.Add(await world.CreatePeerAsync(isFirewalled: i % 2 == 0));

                var echoes = await Task.WhenAll(
                    clients.Select(async client =>
                    {
                        var stream = await client.ConnectAsync(listener.PublicKey);
                        var echo = await Inbox.AskAsync(stream, "hello");
                        stream.Destroy();
                        return echo;
                    })
                );

                Assert.All(echoes, echo => Assert.Equal("hello", echo));
                Assert.Equal(40, listener.Statistics.Connections);
                await world.World.Delay(TimeSpan.FromSeconds(40));
                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal((0, 0), server.OpenResources);
                Assert.All(clients, client => Assert.Equal((0, 0), client.OpenResources));
            }
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ConnectAsync_from_both_sides_at_once_gives_both_connections(bool isFirewalled) =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var left = await world.CreatePeerAsync(isFirewalled);
                var right = await world.CreatePeerAsync(isFirewalled);
                var leftListener = left.CreateServer(EchoHandler.Serve);
                var rightListener = right.CreateServer(EchoHandler.Serve);
                await Task.WhenAll(leftListener.ListenAsync(), rightListener.ListenAsync());

                var streams = await Task.WhenAll(
                    left.ConnectAsync(rightListener.PublicKey),
                    right.ConnectAsync(leftListener.PublicKey)
                );

                Assert.Equal("from left", await Inbox.AskAsync(streams[0], "from left"));
                Assert.Equal("from right", await Inbox.AskAsync(streams[1], "from right"));
            }
        );

    [Fact]
    public void ConnectAsync_over_a_bad_network_succeeds_in_time() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var client = await world.CreatePeerAsync(isFirewalled: true);
                world.World.Conditions = new LinkConditions
                {
                    Loss = 0.1,
                    Duplicate = 0.05,
                    Reorder = 0.05,
                    Delay = TimeSpan.FromMilliseconds(60),
                    Jitter = TimeSpan.FromMilliseconds(40),
                };

                for (var i = 0; i < 5; i++)
                {
                    var stream = await client.ConnectAsync(listener.PublicKey);
                    Assert.Equal("bad weather", await Inbox.AskAsync(stream, "bad weather"));
                    stream.Destroy();
                }
            }
        );
}
