using System.Diagnostics.Metrics;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>What a swarm tells of its topics, its peers and itself.</summary>
public class TopicTests
{
    private static readonly Bytes32 _topic = SwarmLab.Topic(7);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Status_follows_the_joins_of_a_topic() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, _) =>
            {
                Assert.Null(a.Swarm.GetStatus(_topic));
                var client = a.Swarm.Join(_topic, new JoinOptions { Server = false, Limit = 3 });
                Assert.True(await client.FlushedAsync());
                var status = a.Swarm.GetStatus(_topic)!.Value;
                Assert.Equal(
                    (false, true, 1, 3, false),
                    (status.IsServer, status.IsClient, status.Sessions, status.Limit, status.IsAnnounced)
                );
                Assert.Equal(1, status.Refreshes);
                Assert.NotNull(status.LastRefresh);

                var server = a.Swarm.Join(_topic, new JoinOptions { Client = false });
                Assert.True(a.Swarm.GetStatus(_topic)!.Value.IsRefreshing);
                Assert.True(await server.FlushedAsync());
                status = a.Swarm.GetStatus(_topic)!.Value;
                Assert.Equal(
                    (true, true, 2, 3, true),
                    (status.IsServer, status.IsClient, status.Sessions, status.Limit, status.IsAnnounced)
                );

                await server.DestroyAsync();
                Assert.True(await client.FlushedAsync());
                Assert.False(a.Swarm.GetStatus(_topic)!.Value.IsAnnounced);
                Assert.DoesNotContain(a.Key, await lab.LookUpAsync(_topic));
                await client.DestroyAsync();
                Assert.Null(a.Swarm.GetStatus(_topic));
                Assert.Empty(a.Swarm.Topics);
            }
        );

    [Fact]
    public void Refresh_may_change_the_roles_of_a_join() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, _) =>
            {
                var session = a.Swarm.Join(_topic, new JoinOptions { Server = false });
                Assert.True(await session.FlushedAsync());
                Assert.True(await session.RefreshAsync(new JoinOptions { Client = false }));
                Assert.Contains(a.Key, await lab.LookUpAsync(_topic));
                Assert.True(await session.RefreshAsync(new JoinOptions { Server = false }));
                Assert.DoesNotContain(a.Key, await lab.LookUpAsync(_topic));
            }
        );

    [Fact]
    public void Join_in_no_role_or_with_a_negative_limit_is_refused() =>
        SwarmLab.RunPair(
            1,
            (_, a, _) =>
            {
                Assert.Throws<ArgumentException>(() =>
                    a.Swarm.Join(_topic, new JoinOptions { Server = false, Client = false })
                );
                Assert.Throws<ArgumentException>(() => a.Swarm.Join(_topic, new JoinOptions { Limit = -1 }));
                Assert.Empty(a.Swarm.Topics);
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void Clear_leaves_all_topics_and_keeps_connections() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                a.Swarm.Join(SwarmLab.Topic(8));
                await a.Swarm.ClearAsync();
                Assert.Empty(a.Swarm.Topics);
                Assert.Single(a.Greeted);
                Assert.DoesNotContain(a.Key, await lab.LookUpAsync(_topic));
            }
        );

    [Fact]
    public void Events_tell_of_connections_and_survive_their_handlers() =>
        SwarmLab.RunPair(
            1,
            async (_, a, b) =>
            {
                List<string> told = [];
                a.Swarm.Updated += () => throw new InvalidOperationException("A fault of the application.");
                a.Swarm.Connected += (_, peer) => told.Add($"+{peer.PublicKey}");
                a.Swarm.Disconnected += (_, peer, _) => told.Add($"-{peer.PublicKey}");
                await SwarmLab.ConnectAsync(a, b, _topic);
                b.Swarm.Connections.Single().Destroy();
                await a.UntilAsync(() => a.Greeted.Count == 0);
                await a.GreetedAsync(b);
                Assert.Equal([$"+{b.Key}", $"-{b.Key}", $"+{b.Key}"], told);
                Assert.True(a.Swarm.Statistics.Updates >= 3);
            }
        );

    [Fact]
    public void Topic_that_is_left_is_no_longer_among_those_of_its_peers() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                var other = SwarmLab.Topic(8);
                await b.Swarm.Join(_topic).FlushedAsync();
                await b.Swarm.Join(other).FlushedAsync();
                a.Swarm.Join(_topic);
                await a.GreetedAsync(b);
                List<Bytes32> added = [];
                a.Swarm.Peers[b.Key].TopicAdded += added.Add;
                var session = a.Swarm.Join(other);
                await session.FlushedAsync();
                Assert.Equal([other], added);
                Assert.Equal(2, a.Swarm.Peers[b.Key].Topics.Count);
                await session.DestroyAsync();
                Assert.Equal([_topic], a.Swarm.Peers[b.Key].Topics);
            }
        );

    [Fact]
    public void Meter_counts_down_to_where_it_was()
    {
        Dictionary<string, long> present = [];
        var dials = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Hyper.Swarm")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        var thread = Environment.CurrentManagedThreadId;
        // Other tests of the process count as well, each on its own thread.
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) =>
            {
                if (Environment.CurrentManagedThreadId == thread && instrument is UpDownCounter<long>)
                    present[instrument.Name] = present.GetValueOrDefault(instrument.Name) + value;
            }
        );
        listener.SetMeasurementEventCallback<double>(
            (instrument, _, _, _) =>
            {
                if (Environment.CurrentManagedThreadId == thread && instrument.Name == "hyper.swarm.dials")
                    dials++;
            }
        );
        listener.Start();
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                await SwarmLab.ConnectAsync(a, b, _topic);
                Assert.Equal(2, present["hyper.swarm.connections"]);
                Assert.Equal(2, present["hyper.swarm.topics"]);
                a.Swarm.JoinPeer(SwarmLab.Topic(100));
                await Task.WhenAll(a.Swarm.DestroyAsync(), b.Swarm.DestroyAsync());
                await lab.World.Delay(5 * _second);
                Assert.All(present, pair => Assert.Equal(0, pair.Value));
                Assert.True(dials >= 2);
            }
        );
    }
}
