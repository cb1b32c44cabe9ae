using Hyper.Dht.Tests.Simulation;

namespace Hyper.Dht.Tests.Connecting;

/// <summary>Handshakes that have led to a connection are remembered for copies of them alone: they keep nobody out.</summary>
public sealed class BusyServerTests
{
    [Fact]
    public void ConnectAsync_again_and_again_from_one_network_is_let_in_each_time() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var listener = server.CreateServer(
                    EchoHandler.Serve,
                    new DhtServerOptions { MaxHandshakesPerNetwork = 8 }
                );
                await listener.ListenAsync();
                await ConnectAsync(world, listener, times: 100);
            }
        );

    [Fact]
    public void ConnectAsync_to_a_server_whose_slots_are_all_served_takes_the_oldest() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve, new DhtServerOptions { MaxHandshakes = 8 });
                await listener.ListenAsync();
                await ConnectAsync(world, listener, times: 100);
                Assert.Equal(8, listener.HandshakeCount);
            }
        );

    private static async Task ConnectAsync(SimulatedDht world, DhtServer listener, int times)
    {
        var client = await world.CreatePeerAsync();
        for (var i = 0; i < times; i++)
        {
            var stream = await client.ConnectAsync(listener.PublicKey);
            Assert.Equal("again", await Inbox.AskAsync(stream, "again"));
            stream.Destroy();
        }
        Assert.Equal((times, 0), (listener.Statistics.Connections, listener.Statistics.Limited));
    }
}
