using Hyper.Encoding;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>Who is kept out: by the owner, by a verdict at once, by a verdict that takes time.</summary>
public class BanTests
{
    private static readonly Bytes32 _topic = SwarmLab.Topic(7);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Banned_by_key_is_disconnected_told_and_kept_out_until_let_in_again() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                List<Bytes32> told = [];
                a.Swarm.Banned += peer => told.Add(peer.PublicKey);
                await SwarmLab.ConnectAsync(a, b, _topic);
                a.Swarm.BanPeer(b.Key);
                await Task.WhenAll(a.UntilAsync(() => a.Greeted.Count == 0), b.UntilAsync(() => b.Greeted.Count == 0));
                await lab.World.Delay(60 * _second);
                Assert.Empty(a.Greeted);
                Assert.Equal([b.Key], told);
                Assert.True(a.Swarm.Peers[b.Key].IsBanned);
                a.Swarm.UnbanPeer(b.Key);
                Assert.Empty(a.Swarm.Peers);
                a.Swarm.JoinPeer(b.Key);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
            }
        );

    [Fact]
    public void Banned_by_its_info_keeps_its_connection_and_does_not_come_back() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                a.Greeted.Single().Value.Ban();
                await lab.World.Delay(20 * _second);
                Assert.Single(a.Greeted);
                b.Greeted.Single().Key.Destroy();
                await lab.World.Delay(60 * _second);
                Assert.Empty(a.Greeted);
            }
        );

    [Fact]
    public void Banned_before_it_is_known_is_neither_dialled_nor_let_in() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                a.Swarm.BanPeer(b.Key);
                await a.Swarm.Join(_topic).FlushedAsync();
                await b.Swarm.Join(_topic).FlushedAsync();
                await lab.World.Delay(60 * _second);
                Assert.Empty(a.Events);
                Assert.Equal(0, a.Swarm.Statistics.ClientAttempted);
            }
        );

    [Fact]
    public void Oldest_ban_is_lifted_when_there_are_too_many() =>
        SwarmLab.Run(
            1,
            lab =>
            {
                var a = lab.CreatePeer(1, new HyperswarmOptions { MaxBannedPeers = 10 });
                for (byte i = 0; i < 100; i++)
                    a.Swarm.BanPeer(SwarmLab.Topic((byte)(100 + i)));
                Assert.Equal(10, a.Swarm.Peers.Count);
                Assert.Equal(90, a.Swarm.Statistics.BansLifted);
                Assert.True(a.Swarm.Peers[SwarmLab.Topic(199)].IsBanned);
                return Task.CompletedTask;
            }
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Verdict_that_takes_time_decides_in_both_directions(bool isDialler) =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer b = lab.CreatePeer(2),
                    c = lab.CreatePeer(3);
                var unwanted = b.Key;
                var a = lab.CreatePeer(
                    1,
                    new HyperswarmOptions
                    {
                        FirewallAsync = async (key, _) =>
                        {
                            await lab.World.Delay(_second);
                            return key == unwanted;
                        },
                    }
                );
                var (first, second) = isDialler ? (new[] { b, c }, new[] { a }) : ([a], [b, c]);
                foreach (var peer in first)
                    await peer.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                foreach (var peer in second)
                    peer.Swarm.Join(_topic, new JoinOptions { Server = false });
                await Task.WhenAll(a.GreetedAsync(c), c.GreetedAsync(a));
                await lab.World.Delay(60 * _second);
                Assert.Single(a.Greeted);
                Assert.Empty(b.Greeted);
                Assert.Equal(isDialler, a.Swarm.Peers.ContainsKey(b.Key));
            }
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Verdict_that_never_comes_or_fails_keeps_out_and_holds_nothing_up(bool mustFail) =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer b = lab.CreatePeer(2),
                    c = lab.CreatePeer(3);
                var unwanted = b.Key;
                var a = lab.CreatePeer(
                    1,
                    new HyperswarmOptions
                    {
                        FirewallAsync = (key, _) =>
                            key != unwanted ? Task.FromResult(false)
                            : mustFail ? throw new InvalidOperationException("A fault of the application.")
                            : new TaskCompletionSource<bool>().Task,
                    }
                );
                await a.Swarm.Join(_topic).FlushedAsync();
                b.Swarm.Join(_topic);
                c.Swarm.Join(_topic);
                await Task.WhenAll(a.GreetedAsync(c), c.GreetedAsync(a));
                await lab.World.Delay(60 * _second);
                Assert.Single(a.Greeted);
                Assert.DoesNotContain(b.Greeted.Keys, stream => stream.RemotePublicKey == a.Key);
                var start = lab.World.Elapsed;
                await a.Swarm.DestroyAsync();
                Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 2 * _second);
                await lab.World.Delay(30 * _second);
                Assert.Equal(0, a.Dht.OpenResources.Streams);
            }
        );

    [Fact]
    public void No_more_wait_for_a_verdict_than_may() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var verdict = new TaskCompletionSource<bool>();
                var (pending, most) = (0, 0);
                var a = lab.CreatePeer(
                    1,
                    new HyperswarmOptions
                    {
                        MaxPendingVerdicts = 2,
                        FirewallPatience = 300 * _second,
                        FirewallAsync = async (_, _) =>
                        {
                            most = Math.Max(most, ++pending);
                            var isKeptOut = await verdict.Task;
                            pending--;
                            return isKeptOut;
                        },
                    }
                );
                await a.Swarm.ListenAsync();
                var clients = Enumerable.Range(2, 5).Select(i => lab.CreatePeer((byte)i)).ToArray();
                Array.ForEach(clients, client => client.Swarm.JoinPeer(a.Key));
                await lab.World.Delay(5 * _second);
                Assert.Equal(2, most);
                Assert.True(a.Swarm.Statistics.Refused >= 3);
                verdict.SetResult(false);
                await a.GreetedAsync(clients);
            }
        );
}
