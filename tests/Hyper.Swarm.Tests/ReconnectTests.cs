using Hyper.Crypto;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>When a lost peer is dialled again.</summary>
public class ReconnectTests
{
    private static readonly Bytes32 _topic = SwarmLab.Topic(7);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _soon = 0.5 * _second;

    public enum Cutter
    {
        Dialler,
        Dialled,
        Both,
    }

    public static TheoryData<byte, byte, Cutter, int> Cuts
    {
        get
        {
            var data = new TheoryData<byte, byte, Cutter, int>();
            foreach (var cutter in Enum.GetValues<Cutter>())
            {
                foreach (var seconds in new[] { 1, 16 })
                {
                    data.Add(1, 2, cutter, seconds);
                    data.Add(2, 1, cutter, seconds);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Five_cuts_in_a_row_are_mended_within_half_a_second_each(
        byte keyA,
        byte keyB,
        Cutter cutter,
        int secondsBetween
    ) =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer a = lab.CreatePeer(keyA),
                    b = lab.CreatePeer(keyB);
                await SwarmLab.ConnectAsync(a, b, _topic);
                for (var round = 0; round < 5; round++)
                {
                    await lab.World.Delay(secondsBetween * _second);
                    var start = lab.World.Elapsed;
                    var atA = a.Greeted.Single().Key;
                    var atB = b.Greeted.Single().Key;
                    var (dialler, dialled) = atA.IsInitiator ? (atA, atB) : (atB, atA);
                    if (cutter != Cutter.Dialled)
                        dialler.Destroy();
                    if (cutter != Cutter.Dialler)
                        dialled.Destroy();
                    await Task.WhenAll(
                        a.UntilAsync(() => !a.Greeted.ContainsKey(atA)),
                        b.UntilAsync(() => !b.Greeted.ContainsKey(atB))
                    );
                    await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                    Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, _soon);
                }
            }
        );

    [Fact]
    public void Side_that_was_dialled_dials_when_the_other_does_not_come_back() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                var atA = a.Swarm.Join(_topic);
                await atA.FlushedAsync();
                await b.Swarm.Join(_topic).FlushedAsync();
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                await atA.RefreshAsync();
                // Beyond the lookups that follow, which would find the peer anew.
                await lab.World.Delay(10 * _second);
                var isOurs = a.Greeted.Single().Key.IsInitiator;
                var (dialler, dialled) = isOurs ? (a, b) : (b, a);
                dialler.Greeted.Single().Value.Reconnect(false);
                var start = lab.World.Elapsed;
                dialler.Greeted.Single().Key.Destroy();
                await Task.WhenAll(a.UntilAsync(() => a.Greeted.Count == 0), b.UntilAsync(() => b.Greeted.Count == 0));
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                Assert.True(dialled.Greeted.Single().Key.IsInitiator);
                Assert.InRange(lab.World.Elapsed - start, _soon, 1.5 * _second);
            }
        );

    [Fact]
    public void Peer_told_not_to_reconnect_stays_away_until_it_is_found_again() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await b.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                var session = a.Swarm.Join(_topic, new JoinOptions { Server = false });
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                await lab.World.Delay(120 * _second);
                a.Greeted.Single().Value.Reconnect(false);
                a.Greeted.Single().Key.Destroy();
                await lab.World.Delay(60 * _second);
                Assert.Empty(a.Greeted);
                Assert.Empty(a.Swarm.Peers);
                await session.RefreshAsync();
                await a.GreetedAsync(b);
            }
        );

    [Fact]
    public void Proven_peer_that_comes_back_after_an_hour_is_dialled_within_ninety_seconds() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer a = lab.CreatePeer(1),
                    b = lab.CreatePeer(2);
                await b.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                a.Swarm.Join(_topic, new JoinOptions { Server = false });
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                b.Host.Crash();
                // Long enough for every record of it to be gone.
                await lab.World.Delay(TimeSpan.FromHours(1));
                var again = lab.CreatePeer(2);
                await again.Swarm.ListenAsync();
                var start = lab.World.Elapsed;
                await Task.WhenAll(a.GreetedAsync(again), again.GreetedAsync(a));
                Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 95 * _second);
            },
            TimeSpan.FromHours(2)
        );

    [Fact]
    public void Changed_network_makes_every_retry_due_at_once() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer a = lab.CreatePeer(1),
                    b = lab.CreatePeer(2);
                using var nobody = KeyPair.Generate();
                a.Swarm.JoinPeer(nobody.PublicKey);
                a.Swarm.JoinPeer(b.Key);
                // Until both wait at the slowest pace.
                await lab.World.Delay(120 * _second);
                await a.UntilWaitingAsync(lab.World);
                Assert.All(a.Swarm.Peers.Values, peer => Assert.InRange(peer.Attempts, 4, 8));
                await b.Swarm.ListenAsync();
                var start = lab.World.Elapsed;
                a.Swarm.OnNetworkChanged();
                Assert.Equal(2, a.Swarm.Connecting);
                Assert.All(a.Swarm.Peers.Values, peer => Assert.Equal(0, peer.Attempts));
                await a.GreetedAsync(b);
                Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 5 * _second);
            }
        );

    [Fact]
    public void Changed_network_finds_out_which_connections_are_dead() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                await lab.World.Delay(30 * _second);
                var sent = a.Greeted.Single().Key.MessagesSent;
                a.Swarm.OnNetworkChanged();
                Assert.Equal(sent + 1, a.Greeted.Single().Key.MessagesSent);
            }
        );

    [Fact]
    public void Stranger_that_is_never_reached_is_left_alone_and_forgotten() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer a = lab.CreatePeer(1),
                    b = lab.CreatePeer(2);
                await b.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                b.Host.Crash();
                a.Swarm.Join(_topic, new JoinOptions { Server = false });
                await a.Swarm.FlushAsync();
                Assert.True(a.Swarm.Peers.ContainsKey(b.Key));
                await lab.World.Delay(TimeSpan.FromMinutes(50));
                Assert.Empty(a.Swarm.Peers);
                // At most 9 dials for each time that the record was found, in the half hour for which nodes keep it.
                Assert.InRange(a.Swarm.Statistics.ClientAttempted, 5, 40);
            },
            TimeSpan.FromHours(2)
        );

    [Fact]
    public void Of_those_long_gone_only_as_many_are_dialled_as_may() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1, new HyperswarmOptions { MaxLongGonePeers = 2 });
                var others = Enumerable.Range(2, 5).Select(i => lab.CreatePeer((byte)i)).ToArray();
                foreach (var other in others)
                    await other.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                a.Swarm.Join(_topic, new JoinOptions { Server = false });
                await a.GreetedAsync(others);
                Array.ForEach(others, other => other.Host.Crash());
                await lab.World.Delay(TimeSpan.FromMinutes(50));
                Assert.InRange(a.Swarm.Peers.Count, 2, 3);
                Assert.All(a.Swarm.Peers.Values, peer => Assert.True(peer.IsProven));
                Assert.True(a.Swarm.Statistics.GaveWay >= 3);
            },
            TimeSpan.FromHours(2)
        );
}
