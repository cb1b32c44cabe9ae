using Hyper.Encoding;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>Two peers that dial each other at once, again and again.</summary>
public class CrossingDialTests
{
    private const int Rounds = 500;

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void In_one_instant_the_dial_of_the_larger_key_stays(byte keyA, byte keyB) =>
        Run(
            keyA,
            keyB,
            (_, _) => TimeSpan.Zero,
            (a, b) =>
            {
                var larger = a.Key < b.Key ? b : a;
                Assert.True(larger.Greeted.Keys.Single().IsInitiator);
            },
            leastCrossings: Rounds
        );

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Shortly_after_one_another_on_a_bad_network_one_dial_stays(byte keyA, byte keyB)
    {
        var random = TestSeed.NewRandom();
        Run(
            keyA,
            keyB,
            (lab, round) =>
            {
                lab.World.Conditions = new LinkConditions
                {
                    Delay = TimeSpan.FromMilliseconds(random.Next(1, 60)),
                    Jitter = TimeSpan.FromMilliseconds(random.Next(60)),
                    Loss = round % 3 == 0 ? 0.1 : 0,
                };
                return TimeSpan.FromMilliseconds(random.Next(200));
            },
            (_, _) => { },
            leastCrossings: Rounds / 20
        );
    }

    private static void Run(
        byte keyA,
        byte keyB,
        Func<SwarmLab, int, TimeSpan> prepare,
        Action<SwarmPeer, SwarmPeer> check,
        int leastCrossings
    ) =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer a = lab.CreatePeer(keyA),
                    b = lab.CreatePeer(keyB);
                await Task.WhenAll(a.Swarm.ListenAsync(), b.Swarm.ListenAsync());
                for (var round = 0; round < Rounds; round++)
                {
                    var apart = prepare(lab, round);
                    a.Swarm.JoinPeer(b.Key);
                    if (apart > TimeSpan.Zero)
                        await lab.World.Delay(apart);
                    b.Swarm.JoinPeer(a.Key);
                    await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                    await IsSettledAsync(lab, a, b, round);
                    check(a, b);
                    a.Swarm.LeavePeer(b.Key);
                    b.Swarm.LeavePeer(a.Key);
                    a.Swarm.Connections.Single().Destroy();
                    await Task.WhenAll(
                        a.UntilAsync(() => a.Greeted.Count == 0),
                        b.UntilAsync(() => b.Greeted.Count == 0)
                    );
                    // What a bad network has held back may still open, and dies of itself.
                    await ForgottenAsync(lab, a, b, round);
                }
                // So many at least did cross: that is what was to be shown.
                Assert.True(a.Swarm.Statistics.Duplicates + b.Swarm.Statistics.Duplicates >= leastCrossings);
            },
            TimeSpan.FromHours(6)
        );

    /// <summary>Waits until both have one and the same connection for longer than a loser would live.</summary>
    private static async Task IsSettledAsync(SwarmLab lab, SwarmPeer a, SwarmPeer b, int round)
    {
        var until = lab.World.Elapsed + 60 * _second;
        var since = lab.World.Elapsed;
        while (lab.World.Elapsed - since < 2 * _second)
        {
            Assert.True(lab.World.Elapsed < until, $"In round {round} there is never one connection for long.");
            await lab.World.Delay(_second / 10);
            if (!HaveOne(a, b))
                since = lab.World.Elapsed;
        }
    }

    private static async Task ForgottenAsync(SwarmLab lab, SwarmPeer a, SwarmPeer b, int round)
    {
        var until = lab.World.Elapsed + 60 * _second;
        while (a.Swarm.Peers.Count + b.Swarm.Peers.Count > 0)
        {
            Assert.True(lab.World.Elapsed < until, $"After round {round} somebody is not forgotten.");
            await lab.World.Delay(_second / 10);
        }
    }

    private static bool HaveOne(SwarmPeer a, SwarmPeer b) =>
        (a.Swarm.Connections.Count, b.Swarm.Connections.Count, a.Greeted.Count, b.Greeted.Count) == (1, 1, 1, 1)
        && (a.Swarm.Connecting, b.Swarm.Connecting) == (0, 0)
        && a.Swarm.Connections.Single().HandshakeHash.SequenceEqual(b.Swarm.Connections.Single().HandshakeHash);
}
