using Hyper.Crypto;
using Hyper.Dht.Tests.Simulation;
using TestKit;

namespace Hyper.Dht.Tests.Connecting;

/// <summary>Very many dials of every outcome leave nothing behind: no stream, socket, slot, timer or memory.</summary>
public sealed class ConnectSoakTests
{
    /// <summary>Dials of one peer at a time: as many as a swarm makes.</summary>
    private const int Parallel = 8;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void ConnectAsync_thousands_of_times_stays_flat() =>
        NatWorld.Run(
            async world =>
            {
                var random = TestSeed.NewRandom();
                var rounds = FuzzBudget.Rounds(usually: 400, atMost: 10_000) / Parallel;
                var openServer = await world.CreatePeerAsync(null);
                var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var guarded = await world.CreatePeerAsync(NatBehaviour.FullCone);
                var randomServer = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var client = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var coneClient = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var listeners = new List<DhtServer>();
                foreach (var node in (HyperDht[])[openServer, server, guarded, randomServer])
                {
                    var options = new DhtServerOptions { Firewall = node == guarded ? (in _, in _) => true : null };
                    var listener = node.CreateServer(EchoHandler.Serve, options);
                    await listener.ListenAsync();
                    listeners.Add(listener);
                }
                using var nobody = KeyPair.Generate();
                var keys = listeners.Select(listener => listener.PublicKey).Append(nobody.PublicKey).ToArray();
                HyperDht[] nodes = [openServer, server, guarded, randomServer, client, coneClient];
                var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);

                for (var round = 0; round < rounds; round++)
                {
                    await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => DialAsync()));
                    if (round % 20 == 19)
                        await SettleAsync();
                }
                await SettleAsync();

                TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", outcomes));
                Assert.True(outcomes["connected"] > 0 && outcomes["cancelled"] > 0 && outcomes.Count >= 6);

                async Task DialAsync()
                {
                    var from = random.Next(2) == 0 ? client : coneClient;
                    using var patience = new CancellationTokenSource(
                        random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 3000)) : TimeSpan.FromMinutes(5),
                        from.Loop.Time
                    );
                    var outcome = "connected";
                    try
                    {
                        var stream = await from.ConnectAsync(keys[random.Next(keys.Length)], null, patience.Token);
                        Assert.Equal("soak", await Inbox.AskAsync(stream, "soak"));
                        stream.Destroy();
                    }
                    catch (OperationCanceledException)
                    {
                        outcome = "cancelled";
                    }
                    catch (HyperDhtException error)
                    {
                        outcome = error.Code;
                    }
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                }

                async Task SettleAsync()
                {
                    await world.World.Delay(TimeSpan.FromMinutes(2));
                    foreach (var node in nodes)
                    {
                        Assert.Equal((0, 0), node.OpenResources);
                        Assert.Equal(0, node.OpenAttempts);
                        Assert.True(node.RandomPunches.IsFree);
                        Assert.Equal(2, ((SimulatedHost)node.Loop).OpenSockets);
                    }
                    Assert.All(listeners, listener => Assert.Equal(0, listener.HandshakeCount));
                    Assert.InRange(world.World.ArmedTimers, 0, 500);
                }
            },
            deadline: TimeSpan.FromDays(30)
        );
}
