using Hyper.Encoding;
using TestKit;

namespace Hyper.Swarm.Tests;

public class HyperswarmTests
{
    private static readonly Bytes32 _topic = SwarmLab.Topic(7);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Join_one_after_the_other_connects_once() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                Assert.True(await a.Swarm.Join(_topic).FlushedAsync());
                b.Swarm.Join(_topic);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                await lab.World.Delay(30 * _second);
                Assert.Single(a.Greeted);
                Assert.Single(b.Greeted);
                Assert.Contains(_topic, b.Greeted.Values.Single().Topics);
            }
        );

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Join_in_the_same_instant_connects_within_two_seconds(int seed) =>
        SwarmLab.RunPair(
            seed,
            async (lab, a, b) =>
            {
                await Task.WhenAll(a.Dht.FullyBootstrappedAsync(), b.Dht.FullyBootstrappedAsync());
                var start = lab.World.Elapsed;
                a.Swarm.Join(_topic);
                b.Swarm.Join(_topic);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 2 * _second);
            }
        );

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Crossing_dials_leave_one_connection_on_both_sides(byte seedA, byte seedB)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            SwarmLab.Run(
                seed,
                async lab =>
                {
                    SwarmPeer a = lab.CreatePeer(seedA),
                        b = lab.CreatePeer(seedB);
                    await Task.WhenAll(a.Swarm.ListenAsync(), b.Swarm.ListenAsync());
                    a.Swarm.JoinPeer(b.Key);
                    b.Swarm.JoinPeer(a.Key);
                    await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                    await lab.World.Delay(20 * _second);
                    var atA = Assert.Single(a.Greeted).Key;
                    var atB = Assert.Single(b.Greeted).Key;
                    Assert.True(atA.HandshakeHash.SequenceEqual(atB.HandshakeHash));
                }
            );
        }
    }

    [Fact]
    public void Lost_connection_stands_again_soon() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                for (var round = 0; round < 5; round++)
                {
                    await lab.World.Delay(16 * _second);
                    var start = lab.World.Elapsed;
                    a.Greeted.Single().Key.Destroy();
                    await a.UntilAsync(() => a.Greeted.Count == 0);
                    await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                    Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 0.5 * _second);
                }
            }
        );

    [Fact]
    public void Peer_that_crashed_and_came_back_replaces_its_old_connection() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await a.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                b.Swarm.Join(_topic);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                b.Host.Crash();
                var again = lab.CreatePeer(2);
                again.Swarm.Join(_topic);
                await again.GreetedAsync(a);
                await a.UntilAsync(() => a.Events.Count == 3);
                Assert.Equal([$"+{b.Key}", $"-{b.Key}", $"+{b.Key}"], a.Events);
            }
        );

    [Fact]
    public void Full_mesh_of_six_forms_and_holds() =>
        SwarmLab.Run(
            3,
            async lab =>
            {
                var peers = Enumerable.Range(1, 6).Select(i => lab.CreatePeer((byte)i)).ToArray();
                foreach (var peer in peers)
                    peer.Swarm.Join(_topic);
                await Task.WhenAll(peers.Select(peer => peer.GreetedAsync([.. peers.Where(other => other != peer)])));
                await lab.World.Delay(20 * _second);
                Assert.All(peers, peer => Assert.Equal(5, peer.Greeted.Count));
            }
        );

    [Fact]
    public void Client_only_and_server_only_meet_and_two_clients_do_not() =>
        SwarmLab.RunPair(
            1,
            async (lab, server, client) =>
            {
                var other = lab.CreatePeer(3);
                await server.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                client.Swarm.Join(_topic, new JoinOptions { Server = false });
                other.Swarm.Join(_topic, new JoinOptions { Server = false });
                await server.GreetedAsync(client, other);
                await Task.WhenAll(client.GreetedAsync(server), other.GreetedAsync(server));
                await lab.World.Delay(30 * _second);
                Assert.Equal((2, 1, 1), (server.Greeted.Count, client.Greeted.Count, other.Greeted.Count));
            }
        );

    [Fact]
    public void Destroy_unannounces_closes_connections_and_takes_two_seconds_at_most() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                await DestroyAsync(lab, a);
                await b.UntilAsync(() => b.Greeted.Count == 0);
                var found = await lab.LookUpAsync(_topic);
                Assert.DoesNotContain(a.Key, found);
                Assert.Contains(b.Key, found);
            }
        );

    [Fact]
    public void Destroy_with_a_dead_network_takes_two_seconds_at_most() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, _) =>
            {
                await a.Swarm.Join(_topic).FlushedAsync();
                lab.World.Conditions = new LinkConditions { Loss = 1 };
                await DestroyAsync(lab, a);
            }
        );

    [Fact]
    public void Firewall_keeps_a_peer_out_in_both_directions() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var b = lab.CreatePeer(2);
                var unwanted = b.Key;
                var a = lab.CreatePeer(1, new HyperswarmOptions { Firewall = (in Bytes32 key) => key == unwanted });
                await a.Swarm.Join(_topic).FlushedAsync();
                await b.Swarm.Join(_topic).FlushedAsync();
                await lab.World.Delay(60 * _second);
                Assert.Empty(a.Events);
                Assert.Empty(b.Greeted);
                Assert.True(a.Swarm.Peers[b.Key].IsBanned);
            }
        );

    [Fact]
    public void Flush_waits_for_the_peers_that_are_there() =>
        SwarmLab.RunPair(
            1,
            async (_, a, b) =>
            {
                await a.Swarm.Join(_topic).FlushedAsync();
                b.Swarm.Join(_topic);
                await b.Swarm.FlushAsync();
                Assert.Single(b.Swarm.Connections);
            }
        );

    [Fact]
    public void Leave_stops_being_found_and_keeps_connections() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                var session = await SwarmLab.ConnectAsync(a, b, _topic);
                await session.FlushedAsync();
                await session.DestroyAsync();
                Assert.Single(b.Greeted);
                var found = await lab.LookUpAsync(_topic);
                Assert.DoesNotContain(b.Key, found);
                Assert.Contains(a.Key, found);
            }
        );

    [Fact]
    public void Join_without_a_network_recovers_when_it_comes() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                lab.World.Conditions = new LinkConditions { Loss = 1 };
                a.Swarm.Join(_topic);
                b.Swarm.Join(_topic);
                await lab.World.Delay(60 * _second);
                Assert.Empty(a.Events);
                lab.World.Conditions = LinkConditions.Clean;
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
            }
        );

    [Fact]
    public void Topics_are_announced_afresh_when_the_whole_dht_was_replaced() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, _) =>
            {
                await a.Swarm.Join(_topic).FlushedAsync();
                // Beyond the lookups that follow a join, when nothing more is due for ten minutes.
                await lab.World.Delay(120 * _second);
                await lab.ReplaceDhtAsync();
                await lab.World.Delay(30 * _second);
                Assert.Contains(a.Key, await lab.LookUpAsync(_topic));
            }
        );

    private static async Task DestroyAsync(SwarmLab lab, SwarmPeer peer)
    {
        var start = lab.World.Elapsed;
        await peer.Swarm.DestroyAsync();
        await peer.Dht.DestroyAsync();
        Assert.InRange(lab.World.Elapsed - start, TimeSpan.Zero, 2 * _second);
    }
}
