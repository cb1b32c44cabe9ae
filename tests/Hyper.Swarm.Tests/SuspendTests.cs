using Hyper.Encoding;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>A swarm that goes to sleep and wakes up, in any state and however often.</summary>
public class SuspendTests(ITestOutputHelper output)
{
    private static readonly Bytes32 _topic = SwarmLab.Topic(7);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Suspend_takes_back_what_was_announced_and_closes_all_connections() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                await WithinTwoSecondsAsync(lab, a.Swarm.SuspendAsync());
                Assert.Empty(a.Swarm.Connections);
                Assert.Equal(0, a.Swarm.Connecting);
                await b.UntilAsync(() => b.Greeted.Count == 0);
                Assert.True(a.Dht.IsSuspended);
                Assert.Equal([b.Key], (await lab.LookUpAsync(_topic)).Distinct());
                var attempted = a.Swarm.Statistics.ClientAttempted;
                await lab.World.Delay(120 * _second);
                Assert.Empty(a.Greeted);
                Assert.Equal(attempted, a.Swarm.Statistics.ClientAttempted);
                Assert.Equal(0, a.Dht.OpenResources.Streams);
                Assert.False(a.Swarm.GetStatus(_topic)!.Value.IsAnnounced);
            }
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resume_announces_and_connects_again(bool isDialler) =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                var asClient = new JoinOptions { Server = false };
                var asServer = new JoinOptions { Client = false };
                await (isDialler ? b : a).Swarm.Join(_topic, asServer).FlushedAsync();
                (isDialler ? a : b).Swarm.Join(_topic, asClient);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                await a.Swarm.SuspendAsync();
                await lab.World.Delay(60 * _second);
                var start = lab.World.Elapsed;
                await a.Swarm.ResumeAsync();
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                // Whoever was connected is dialled without a lookup; the other side waits at its slowest pace.
                Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, (isDialler ? 5 : 95) * _second);
            }
        );

    [Fact]
    public void Suspend_with_a_dead_network_takes_two_seconds_at_most() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                lab.World.Conditions = new LinkConditions { Loss = 1 };
                a.Swarm.JoinPeer(SwarmLab.Topic(100));
                await WithinTwoSecondsAsync(lab, a.Swarm.SuspendAsync());
                Assert.Empty(a.Swarm.Connections);
                lab.World.Conditions = LinkConditions.Clean;
                await a.Swarm.ResumeAsync();
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
            }
        );

    [Fact]
    public void What_is_joined_while_suspended_waits_for_the_resume() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                var c = lab.CreatePeer(3);
                await c.Swarm.ListenAsync();
                await b.Swarm.Join(_topic).FlushedAsync();
                await a.Swarm.SuspendAsync();
                a.Swarm.JoinPeer(c.Key);
                Assert.False(await a.Swarm.Join(_topic).FlushedAsync());
                await a.Swarm.ListenAsync();
                Assert.True(await a.Swarm.FlushAsync());
                await lab.World.Delay(30 * _second);
                Assert.Equal(0, a.Swarm.Statistics.ClientAttempted);
                await a.Swarm.ResumeAsync();
                await a.GreetedAsync(b, c);
                Assert.Contains(a.Key, await lab.LookUpAsync(_topic));
            }
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Node_with_other_users_need_not_sleep_too(bool suspendsNode) =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1, new HyperswarmOptions { SuspendsNode = suspendsNode });
                await a.Swarm.SuspendAsync();
                Assert.Equal(suspendsNode, a.Dht.IsSuspended);
                await a.Swarm.ResumeAsync();
                Assert.False(a.Dht.IsSuspended);
            }
        );

    [Fact]
    public void Flush_under_way_ends_when_the_swarm_is_suspended() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                a.Swarm.JoinPeer(SwarmLab.Topic(100));
                a.Swarm.Join(_topic);
                var flush = a.Swarm.FlushAsync();
                await a.Swarm.SuspendAsync();
                await WithinTwoSecondsAsync(lab, flush);
            }
        );

    [Fact]
    public void Destroy_of_a_suspended_swarm_leaves_nothing() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                var suspending = a.Swarm.SuspendAsync();
                await WithinTwoSecondsAsync(lab, a.Swarm.DestroyAsync());
                await WithinTwoSecondsAsync(lab, suspending);
                Assert.Empty(a.Swarm.Peers);
                Assert.Equal([b.Key], (await lab.LookUpAsync(_topic)).Distinct());
                await Assert.ThrowsAsync<SwarmException>(() => a.Swarm.ResumeAsync());
            }
        );

    // Two peers; one of them does whatever it likes, without waiting for what it did before. In the end it is resumed.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(null)]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Random_suspending_and_resuming_ends_connected(int? fixedSeed)
    {
        var seed = fixedSeed ?? TestSeed.Next();
        output.WriteLine($"seed {seed}");
        var rounds = FuzzBudget.Rounds(usually: 5, atMost: 100);
        for (var round = 0; round < rounds; round++)
            SwarmLab.RunPair(seed + round, (lab, a, b) => SleepBadlyAsync(lab, a, b, new Random(seed + round)));
    }

    private static async Task SleepBadlyAsync(SwarmLab lab, SwarmPeer a, SwarmPeer b, Random random)
    {
        b.Swarm.Join(_topic);
        var session = a.Swarm.Join(_topic);
        for (var step = 0; step < 60; step++)
        {
            Task? work = null;
            switch (random.Next(9))
            {
                case < 3:
                    work = a.Swarm.SuspendAsync();
                    break;
                case < 6:
                    work = a.Swarm.ResumeAsync();
                    break;
                case 6:
                    work = session.DestroyAsync();
                    session = a.Swarm.Join(_topic);
                    break;
                case 7 when a.Swarm.Connections.Count > 0:
                    a.Swarm.Connections.First().Destroy();
                    break;
                default:
                    a.Swarm.OnNetworkChanged();
                    break;
            }
            if (work is not null && random.Next(3) == 0)
                await work;
            await lab.World.Delay(_second * random.NextDouble() * random.NextDouble() * 4);
        }
        await a.Swarm.ResumeAsync();
        Assert.False(a.Swarm.IsSuspended);
        var start = lab.World.Elapsed;
        await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
        Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 95 * _second);
        Assert.True(await session.FlushedAsync());
        Assert.Contains(a.Key, await lab.LookUpAsync(_topic));
        await lab.World.Delay(30 * _second);
        Assert.Single(a.Swarm.Connections);
        Assert.Equal((1, 1), (a.Dht.OpenResources.Streams, b.Dht.OpenResources.Streams));
        await Task.WhenAll(a.Swarm.DestroyAsync(), b.Swarm.DestroyAsync());
        await Task.WhenAll(a.Dht.DestroyAsync(), b.Dht.DestroyAsync());
        await lab.StopDhtAsync();
        await lab.World.Delay(120 * _second);
        // The node that looked the topic up is the only one left.
        Assert.Empty(a.Swarm.Peers);
        Assert.Empty(b.Swarm.Peers);
    }

    private static async Task WithinTwoSecondsAsync(SwarmLab lab, Task work)
    {
        var start = lab.World.Elapsed;
        await work;
        Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 2 * _second);
    }
}
