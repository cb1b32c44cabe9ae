using Hyper.Crypto;
using Hyper.Dht.Tests.Simulation;
using TestKit;

namespace Hyper.Dht.Tests.Connecting;

/// <summary>Giving up at any moment of a connect settles it once and leaves nothing behind on either side.</summary>
public sealed class GivingUpTests
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(7);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ConnectAsync_cancelled_at_any_moment_leaves_nothing(bool isFirewalled) =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled);
                var client = await world.CreatePeerAsync(isFirewalled);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                world.World.Conditions = new LinkConditions { Delay = TimeSpan.FromMilliseconds(15) };
                var (connected, cancelled) = (0, 0);
                for (var i = 0; i < 120; i++)
                {
                    using var patience = new CancellationTokenSource(_step * i, client.Loop.Time);
                    try
                    {
                        var stream = await client.ConnectAsync(listener.PublicKey, null, patience.Token);
                        connected++;
                        stream.Destroy();
                    }
                    catch (OperationCanceledException)
                    {
                        cancelled++;
                    }
                }
                Assert.True(connected > 0 && cancelled > 0, $"{connected} connected, {cancelled} cancelled");
                await world.World.Delay(TimeSpan.FromSeconds(60));
                Assert.Equal((0, 0), client.OpenResources);
                Assert.Equal((0, 0), server.OpenResources);
                Assert.Equal(0, listener.HandshakeCount);
            },
            deadline: TimeSpan.FromMinutes(30)
        );

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void ConnectAsync_cancelled_at_any_moment_of_a_random_punch_leaves_nothing(
        bool isClientRandom,
        bool isServerRandom
    ) =>
        NatWorld.Run(
            async world =>
            {
                var server = await world.CreatePeerAsync(Behaviour(isServerRandom));
                var client = await world.CreatePeerAsync(Behaviour(isClientRandom));
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                for (var i = 1; i <= 40; i++)
                {
                    // A quadratic series: dense while messages go to and fro, wide over the 35 s of probes.
                    using var patience = new CancellationTokenSource(_step * (i * i * 2), client.Loop.Time);
                    try
                    {
                        var stream = await client.ConnectAsync(listener.PublicKey, null, patience.Token);
                        stream.Destroy();
                    }
                    catch (Exception error) when (error is OperationCanceledException or HyperDhtException)
                    {
                        // Given up in time, or punched in vain after an earlier one had the turn.
                    }
                    Assert.Equal(0, client.OpenAttempts);
                    // The pause between two random punches, and what still lingers.
                    await world.World.Delay(TimeSpan.FromSeconds(21));
                    Assert.Equal((0, 0), client.OpenResources);
                }
                await world.World.Delay(TimeSpan.FromMinutes(2));
                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal((0, 0), server.OpenResources);
            },
            deadline: TimeSpan.FromHours(2)
        );

    private static NatBehaviour Behaviour(bool isRandom) =>
        isRandom ? NatBehaviour.Symmetric : NatBehaviour.PortRestricted;

    [Fact]
    public void DestroyAsync_at_any_moment_of_a_connect_settles_it_and_leaves_nothing() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                world.World.Conditions = new LinkConditions { Delay = TimeSpan.FromMilliseconds(15) };
                for (var i = 0; i < 30; i++)
                {
                    var client = await world.CreatePeerAsync(isFirewalled: true);
                    var connecting = client.ConnectAsync(listener.PublicKey);
                    await world.World.Delay(_step * 4 * i);
                    await client.DestroyAsync();
                    var error = await Record.ExceptionAsync(async () =>
                    {
                        var stream = await connecting.WaitAsync(TimeSpan.FromSeconds(1), server.Loop.Time);
                        // Open before: its owner hears of the end in a later turn.
                        await world.World.Delay(TimeSpan.FromMilliseconds(1));
                        Assert.True(stream.IsClosed);
                    });
                    Assert.True(
                        error is null or HyperDhtException { Code: HyperDhtErrorCode.NodeDestroyed },
                        $"{error}"
                    );
                    Assert.Equal((0, 0), client.OpenResources);
                }
                await world.World.Delay(TimeSpan.FromSeconds(60));
                Assert.Equal((0, 0), server.OpenResources);
            },
            deadline: TimeSpan.FromMinutes(30)
        );

    [Fact]
    public void DestroyAsync_closes_everything_also_when_a_goodbye_cannot_be_said() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                var keyPair = KeyPair.Generate();
                await listener.ListenAsync(keyPair);
                keyPair.Dispose();
                await Record.ExceptionAsync(() => server.DestroyAsync());
                Assert.Null(server.Rpc.ServerSocket);
            }
        );
}
