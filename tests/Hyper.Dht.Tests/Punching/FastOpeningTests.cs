using Hyper.Dht.Messages;
using Hyper.Dht.Tests.Simulation;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Punching;

/// <summary>
/// A client whose NAT uses random ports, so near to the server that its first probe comes through and back. The server has no turn
/// for a punch with random ports: asked for one it forgets the handshake and all that belongs to it.
/// </summary>
public sealed class FastOpeningTests
{
    private static readonly TimeSpan _delay = TimeSpan.FromMilliseconds(20);

    // Four times the delay is a message through a relay and its answer: the first round ends after 80 ms, a second one after 160.

    [Fact]
    public void ConnectAsync_punches_not_while_a_second_echo_is_on_its_way() =>
        Run(
            async (near, client, server, listener) =>
            {
                near.Slow(first: 45, second: 45);
                var report = new DhtConnectReport();

                var stream = await client.ConnectAsync(listener.PublicKey, new DhtConnectOptions { Report = report });

                Assert.Equal("echo", await Inbox.AskAsync(stream, "echo"));
                Assert.Equal((1, 0L), (report.PunchRounds, server.PunchStatistics.TryLater));
                Assert.Equal(DhtConnectPhase.Punch, report.Path);
            }
        );

    [Fact]
    public void ConnectAsync_to_a_server_that_forgot_us_while_the_echo_came_makes_another_handshake() =>
        Run(
            async (near, client, server, listener) =>
            {
                near.Slow(first: 65, second: 45);
                var report = new DhtConnectReport();

                var stream = await client.ConnectAsync(listener.PublicKey, new DhtConnectOptions { Report = report });

                Assert.Equal("again", await Inbox.AskAsync(stream, "again"));
                Assert.Equal(1, server.PunchStatistics.TryLater);
                Assert.Equal(HyperDhtErrorCode.RemoteAborted, report.ErrorCode);
                stream.Destroy();
                await near.World.Delay(TimeSpan.FromSeconds(30));
                Assert.Equal((0, 0), client.OpenResources);
                Assert.Equal((0, 0), server.OpenResources);
            }
        );

    [Fact]
    public void ConnectAsync_of_a_node_that_rests_waits_for_a_late_echo() =>
        Run(
            async (near, client, server, listener) =>
            {
                near.Slow(first: 200, second: 200);
                Assert.True(client.RandomPunches.TryEnter());

                var stream = await client.ConnectAsync(listener.PublicKey);

                Assert.Equal("late", await Inbox.AskAsync(stream, "late"));
                Assert.Equal(0, server.PunchStatistics.TryLater);
            }
        );

    /// <summary>Whatever comes first, the connection is one that the server has too.</summary>
    [Fact]
    public void ConnectAsync_opens_no_stream_that_the_server_forgets() =>
        Run(
            async (near, client, _, listener) =>
            {
                for (var first = 20; first <= 120; first += 5)
                {
                    for (var second = 20; second <= 120; second += 20)
                    {
                        near.Slow(first, second);
                        var stream = await client.ConnectAsync(listener.PublicKey);
                        var answer = Inbox.AskAsync(stream, "there?");
                        await near.World.Delay(TimeSpan.FromSeconds(1));
                        Assert.True(
                            answer.IsCompletedSuccessfully,
                            $"echoes in {first} and {second} ms: a dead stream"
                        );
                        stream.Destroy();
                    }
                }
            }
        );

    private static void Run(Func<Near, HyperDht, HyperDht, DhtServer, Task> body) =>
        NatWorld.Run(
            async world =>
            {
                var nat = world.CreateNat(NatBehaviour.FullCone);
                var server = await world.CreatePeerAsync(nat, "192.168.1.2");
                var client = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                Assert.True(server.RandomPunches.TryEnter());
                await body(new Near(world.World, nat), client, server, listener);
            },
            deadline: TimeSpan.FromHours(1)
        );

    /// <summary>A world in which a short life reaches the server, and its echoes may be slow.</summary>
    private sealed class Near
    {
        private readonly LinkConditions _usual;
        private int _probes;
        private (int First, int Second) _echoes;

        public Near(SimulatedWorld world, SimulatedNat server)
        {
            World = world;
            _usual = new LinkConditions { Delay = _delay, Hops = 4 };
            world.Conditions = _usual;
            world.Delivered = (_, _, to, bytes) =>
            {
                var isProbe = bytes.Length == 1 && to.ToIPAddress().Equals(server.Address);
                world.Conditions = isProbe ? Slowed(_probes++ == 0 ? _echoes.First : _echoes.Second) : _usual;
            };
        }

        public SimulatedWorld World { get; }

        /// <summary>How long, in milliseconds, the server's next two answers to a probe are under way; later ones as the second.</summary>
        public void Slow(int first, int second) => (_probes, _echoes) = (0, (first, second));

        private LinkConditions Slowed(int milliseconds) =>
            _usual with
            {
                Delay = TimeSpan.FromMilliseconds(milliseconds),
            };
    }
}
