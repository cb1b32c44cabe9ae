using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>When a swarm asks for a relay.</summary>
public class RelayTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Peer_without_a_path_is_dialled_through_a_relay_from_the_next_dial_on() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                SwarmPeer? a = null;
                List<(long Dial, bool IsForced)> asked = [];
                a = lab.CreatePeerBehindSymmetricNat(
                    1,
                    new HyperswarmOptions
                    {
                        RelayThrough = isForced =>
                        {
                            asked.Add((a!.Swarm.Statistics.ClientAttempted, isForced));
                            return null;
                        },
                    }
                );
                // Two such NATs: HOLEPUNCH_DOUBLE_RANDOMIZED_NATS.
                var b = lab.CreatePeerBehindSymmetricNat(2);
                await Task.WhenAll(a.Dht.FullyBootstrappedAsync(), b.Swarm.ListenAsync());
                a.Swarm.JoinPeer(b.Key);
                await lab.World.Delay(120 * _second);
                Assert.Contains((1, false), asked);
                Assert.True(a.Swarm.Peers[b.Key].ForcesRelay);
                var later = asked.Where(ask => ask.Dial > 1).ToList();
                Assert.NotEmpty(later);
                Assert.All(later, ask => Assert.True(ask.IsForced));
            }
        );

    [Fact]
    public void Peer_without_a_path_is_given_another_chance_in_another_network() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                List<bool> asked = [];
                var a = lab.CreatePeerBehindSymmetricNat(
                    1,
                    new HyperswarmOptions
                    {
                        RelayThrough = isForced =>
                        {
                            asked.Add(isForced);
                            return null;
                        },
                    }
                );
                var b = lab.CreatePeerBehindSymmetricNat(2);
                await Task.WhenAll(a.Dht.FullyBootstrappedAsync(), b.Swarm.ListenAsync());
                a.Swarm.JoinPeer(b.Key);
                await lab.World.Delay(120 * _second);
                Assert.True(a.Swarm.Peers[b.Key].ForcesRelay);
                asked.Clear();
                a.Swarm.OnNetworkChanged();
                Assert.False(a.Swarm.Peers[b.Key].ForcesRelay);
                await lab.World.Delay(60 * _second);
                Assert.False(asked[0]);

                Assert.True(a.Swarm.Peers[b.Key].ForcesRelay);
                asked.Clear();
                await a.Swarm.SuspendAsync();
                await a.Swarm.ResumeAsync();
                await lab.World.Delay(60 * _second);
                Assert.False(asked[0]);
            }
        );

    [Fact]
    public void Peer_that_is_merely_gone_forces_no_relay() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                List<bool> asked = [];
                var a = lab.CreatePeer(
                    1,
                    new HyperswarmOptions
                    {
                        RelayThrough = isForced =>
                        {
                            asked.Add(isForced);
                            return null;
                        },
                    }
                );
                var b = lab.CreatePeer(2);
                a.Swarm.JoinPeer(b.Key);
                await lab.World.Delay(60 * _second);
                Assert.True(a.Swarm.Statistics.ClientAttempted > 2);
                Assert.DoesNotContain(true, asked);
                Assert.False(a.Swarm.Peers[b.Key].ForcesRelay);
            }
        );

    [Fact]
    public void Server_asks_for_each_client() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var asked = 0;
                var b = lab.CreatePeer(
                    2,
                    new HyperswarmOptions
                    {
                        RelayThrough = _ =>
                        {
                            asked++;
                            return null;
                        },
                    }
                );
                await b.Swarm.ListenAsync();
                var a = lab.CreatePeer(1);
                a.Swarm.JoinPeer(b.Key);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                Assert.True(asked > 0);
            }
        );
}
