using Hyper.Encoding;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>How many are dialled and let in, and who may exceed what.</summary>
public class LimitTests
{
    private static readonly Bytes32 _topic = SwarmLab.Topic(7);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly JoinOptions _asServer = new() { Client = false };
    private static readonly JoinOptions _asClient = new() { Server = false };

    [Fact]
    public void Peer_joined_by_key_is_dialled_beyond_every_limit_but_that_of_parallel_dials() =>
        RunWithServers(
            4,
            new HyperswarmOptions { MaxPeers = 2 },
            async (lab, a, servers) =>
            {
                a.Swarm.Join(_topic, _asClient);
                await a.UntilAsync(() => a.Greeted.Count == 2);
                await lab.World.Delay(30 * _second);
                Assert.Equal(2, a.Greeted.Count);
                foreach (var server in servers)
                    a.Swarm.JoinPeer(server.Key);
                await a.GreetedAsync(servers);
                Assert.All(a.Swarm.Peers.Values, peer => Assert.True(peer.IsExplicit));
            }
        );

    // hyperswarm 4.17.2: with one peer joined by key the room for others is half of MaxPeers, with two a third, then a quarter.
    [Theory]
    [InlineData(0, 8)]
    [InlineData(1, 4)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    public void Peers_joined_by_key_are_left_room(int explicitPeers, int connections) =>
        RunWithServers(
            9,
            new HyperswarmOptions { MaxPeers = 8 },
            async (lab, a, _) =>
            {
                // They are nowhere, and at an instant when none is dialled they take no place.
                for (byte i = 0; i < explicitPeers; i++)
                    a.Swarm.JoinPeer(SwarmLab.Topic((byte)(100 + i)));
                await lab.World.Delay(60 * _second);
                a.Swarm.Join(_topic, _asClient);
                await lab.World.Delay(30 * _second);
                Assert.Equal(connections, a.Greeted.Count);
            }
        );

    [Fact]
    public void Leaving_a_peer_keeps_its_connection_and_dials_it_no_more() =>
        RunWithServers(
            1,
            new HyperswarmOptions(),
            async (lab, a, servers) =>
            {
                a.Swarm.JoinPeer(servers[0].Key);
                await a.GreetedAsync(servers);
                a.Swarm.LeavePeer(servers[0].Key);
                Assert.Single(a.Greeted);
                a.Greeted.Single().Key.Destroy();
                await lab.World.Delay(120 * _second);
                Assert.Empty(a.Greeted);
                Assert.Empty(a.Swarm.Peers);
            }
        );

    [Fact]
    public void Peer_joined_by_key_is_dialled_for_ever() =>
        RunWithServers(
            1,
            new HyperswarmOptions(),
            async (lab, a, _) =>
            {
                a.Swarm.JoinPeer(SwarmLab.Topic(100));
                await lab.World.Delay(TimeSpan.FromHours(1));
                var before = a.Swarm.Statistics.ClientAttempted;
                await lab.World.Delay(120 * _second);
                Assert.True(a.Swarm.Statistics.ClientAttempted > before);
            }
        );

    [Fact]
    public void Peer_joined_by_key_that_had_dialled_us_is_dialled_when_it_is_lost() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await Task.WhenAll(a.Swarm.ListenAsync(), b.Swarm.ListenAsync());
                b.Swarm.JoinPeer(a.Key);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                a.Swarm.JoinPeer(b.Key);
                b.Swarm.LeavePeer(a.Key);
                b.Greeted.Single().Key.Destroy();
                await a.UntilAsync(() => a.Greeted.Count == 0);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                Assert.True(a.Greeted.Single().Key.IsInitiator);
            }
        );

    [Fact]
    public void Client_connections_are_bounded() =>
        RunWithServers(
            5,
            new HyperswarmOptions { MaxClientConnections = 2 },
            async (lab, a, _) =>
            {
                a.Swarm.Join(_topic, _asClient);
                await a.Swarm.FlushAsync();
                await lab.World.Delay(60 * _second);
                Assert.Equal(2, a.Greeted.Count);
            }
        );

    [Fact]
    public void Connections_of_others_are_bounded() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1, new HyperswarmOptions { MaxServerConnections = 2 });
                await a.Swarm.Join(_topic, _asServer).FlushedAsync();
                var clients = Enumerable.Range(2, 4).Select(i => lab.CreatePeer((byte)i)).ToArray();
                Array.ForEach(clients, client => client.Swarm.Join(_topic, _asClient));
                await lab.World.Delay(60 * _second);
                Assert.Equal(2, a.Greeted.Count);
                Assert.True(a.Swarm.Statistics.Refused >= 2);
            }
        );

    [Fact]
    public void Never_more_dials_at_a_time_than_may() =>
        RunWithServers(
            8,
            new HyperswarmOptions { MaxParallel = 2 },
            async (_, a, servers) =>
            {
                var most = 0;
                a.Swarm.Updated += () => most = Math.Max(most, a.Swarm.Connecting);
                foreach (var server in servers)
                    a.Swarm.JoinPeer(server.Key);
                a.Swarm.Join(_topic);
                await a.GreetedAsync(servers);
                Assert.Equal(2, most);
            }
        );

    [Fact]
    public void Limit_of_a_topic_counts_those_connected_and_refills_when_one_goes() =>
        RunWithServers(
            6,
            new HyperswarmOptions(),
            async (lab, a, servers) =>
            {
                var session = a.Swarm.Join(_topic, _asClient with { Limit = 2 });
                await lab.World.Delay(120 * _second);
                Assert.Equal(2, a.Greeted.Count);
                for (var i = 0; i < 3; i++)
                    await session.RefreshAsync();
                await lab.World.Delay(30 * _second);
                Assert.Equal(2, a.Greeted.Count);
                Assert.Equal(2, a.Swarm.GetStatus(_topic)!.Value.Limit);

                // One goes for good; the next refresh brings another in its place.
                var gone = servers.Single(server => server.Key == a.Greeted.First().Key.RemotePublicKey);
                a.Greeted.First().Value.Reconnect(false);
                await gone.Swarm.DestroyAsync();
                await a.UntilAsync(() => a.Greeted.Count == 1);
                await session.RefreshAsync();
                await a.UntilAsync(() => a.Greeted.Count == 2);

                // Whoever has no limit sees all.
                a.Swarm.Join(_topic, _asClient);
                await a.GreetedAsync([.. servers.Where(server => server != gone)]);
            }
        );

    [Fact]
    public void Flush_completes_when_every_place_is_taken() =>
        RunWithServers(
            4,
            new HyperswarmOptions { MaxPeers = 1 },
            async (_, a, _) =>
            {
                a.Swarm.Join(_topic, _asClient);
                Assert.True(await a.Swarm.FlushAsync());
                Assert.Single(a.Swarm.Connections);
            }
        );

    [Fact]
    public void Peer_found_takes_the_place_of_the_one_that_has_failed_most() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1, new HyperswarmOptions { MaxKnownPeers = 1 });
                var (b, c) = (lab.CreatePeer(2), lab.CreatePeer(3));
                await b.Swarm.Join(_topic, _asServer).FlushedAsync();
                b.Host.Crash();
                var session = a.Swarm.Join(_topic, _asClient);
                await a.Swarm.FlushAsync();
                Assert.Equal([b.Key], a.Swarm.Peers.Keys);
                await c.Swarm.Join(_topic, _asServer).FlushedAsync();
                while (a.Swarm.Connections.Count == 0)
                {
                    await session.RefreshAsync();
                    await lab.World.Delay(_second);
                }
                Assert.Equal(c.Key, a.Swarm.Connections.Single().RemotePublicKey);
                Assert.True(a.Swarm.Statistics.GaveWay > 0);
            }
        );

    private static void RunWithServers(
        int servers,
        HyperswarmOptions options,
        Func<SwarmLab, SwarmPeer, SwarmPeer[], Task> body
    ) =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1, options);
                var others = Enumerable.Range(2, servers).Select(i => lab.CreatePeer((byte)i)).ToArray();
                foreach (var other in others)
                    await other.Swarm.Join(_topic, _asServer).FlushedAsync();
                await body(lab, a, others);
            },
            TimeSpan.FromHours(2)
        );
}
