using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.SecretStream;
using Microsoft.Extensions.Logging;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>What breaks inside, or in the caller's code, costs one connection or one try, and never the swarm.</summary>
public class ResilienceTests
{
    private static readonly Bytes32 _topic = SwarmLab.Topic(7);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Session_destroyed_after_the_topic_was_left_and_joined_anew_leaves_the_new_join_alone() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, b) =>
            {
                var old = a.Swarm.Join(_topic);
                await old.FlushedAsync();
                await a.Swarm.LeaveAsync(_topic);
                a.Swarm.Join(_topic);
                await old.DestroyAsync();
                b.Swarm.Join(_topic);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                Assert.Contains(a.Key, await lab.LookUpAsync(_topic));
            }
        );

    [Fact]
    public void Refresh_of_a_session_that_was_left_completes() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, _) =>
            {
                var session = a.Swarm.Join(_topic);
                await session.FlushedAsync();
                await session.DestroyAsync();
                await session.RefreshAsync().WaitAsync(_second, a.Host.Time);
            }
        );

    [Fact]
    public void Flushed_waits_for_the_roles_that_were_just_joined() =>
        SwarmLab.RunPair(
            1,
            async (lab, a, _) =>
            {
                await a.Dht.FullyBootstrappedAsync();
                a.Swarm.Join(_topic, new JoinOptions { Server = false });
                await lab.World.Delay(TimeSpan.FromMilliseconds(1));
                Assert.True(await a.Swarm.Join(_topic).FlushedAsync());
                Assert.Contains(a.Key, await lab.LookUpAsync(_topic));
            }
        );

    [Fact]
    public void Refresh_that_breaks_is_made_again() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var log = new LogThatFailsOnce();
                SwarmPeer a = lab.CreatePeer(1, new HyperswarmOptions { Logger = log }),
                    b = lab.CreatePeer(2);
                lab.World.Conditions = new LinkConditions { Loss = 1 };
                a.Swarm.Join(_topic);
                await lab.World.Delay(60 * _second);
                Assert.True(log.HasFailed);
                lab.World.Conditions = LinkConditions.Clean;
                b.Swarm.Join(_topic);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                await a.Swarm.DestroyAsync();
            }
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connection_handler_that_fails_costs_that_connection(bool isDialler) =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var mustFail = true;
                SwarmPeer a = lab.CreatePeer(1),
                    b = lab.CreatePeer(2);
                a.OnConnecting = () =>
                {
                    if (!mustFail)
                        return;
                    mustFail = false;
                    throw new InvalidOperationException("A fault of the application.");
                };
                var roles = new JoinOptions { Server = !isDialler, Client = isDialler };
                var others = new JoinOptions { Server = isDialler, Client = !isDialler };
                await (isDialler ? b : a).Swarm.Join(_topic, isDialler ? others : roles).FlushedAsync();
                (isDialler ? a : b).Swarm.Join(_topic, isDialler ? roles : others);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
                Assert.False(mustFail);
                await lab.World.Delay(20 * _second);
                Assert.Single(a.Swarm.Connections);
                Assert.Equal(0, a.Swarm.Connecting);
            }
        );

    [Fact]
    public void Firewall_that_fails_keeps_the_peer_out_and_the_topic_goes_on() =>
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
                        Firewall = (in Bytes32 key) =>
                            key == unwanted
                                ? throw new InvalidOperationException("A fault of the application.")
                                : false,
                    }
                );
                await b.Swarm.Join(_topic).FlushedAsync();
                await c.Swarm.Join(_topic, new JoinOptions { Client = false }).FlushedAsync();
                a.Swarm.Join(_topic);
                await a.GreetedAsync(c);
                Assert.DoesNotContain(a.Greeted.Keys, stream => stream.RemotePublicKey == unwanted);
            }
        );

    [Fact]
    public void Strangers_that_the_firewall_refuses_are_not_remembered() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1, new HyperswarmOptions { Firewall = (in Bytes32 _) => true });
                await a.Swarm.ListenAsync();
                var b = lab.CreatePeer(2);
                b.Swarm.JoinPeer(a.Key);
                await lab.World.Delay(20 * _second);
                Assert.True(a.Swarm.Statistics.Banned > 0);
                Assert.Empty(a.Swarm.Peers);
            }
        );

    [Fact]
    public void Peers_that_are_only_known_do_not_shut_others_out() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1, new HyperswarmOptions { MaxKnownPeers = 1 });
                await a.Swarm.ListenAsync();
                using var nobody = KeyPair.Generate();
                a.Swarm.JoinPeer(nobody.PublicKey);
                var b = lab.CreatePeer(2);
                b.Swarm.JoinPeer(a.Key);
                await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
            }
        );

    [Fact]
    public void Dial_that_breaks_gives_its_place_back() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var keyPair = KeyPair.Generate();
                var a = lab.CreatePeer(1, new HyperswarmOptions { KeyPair = keyPair, MaxParallel = 1 });
                var b = lab.CreatePeer(2);
                await a.Dht.FullyBootstrappedAsync();
                keyPair.Dispose();
                a.Swarm.JoinPeer(b.Key);
                await lab.World.Delay(_second);
                Assert.Equal(0, a.Swarm.Connecting);
                Assert.Equal(0, a.Dht.OpenResources.Streams);
            }
        );

    [Fact]
    public void Many_peers_queued_on_a_closed_node_fail_one_after_the_other() =>
        SwarmLab.Run(
            1,
            async lab =>
            {
                var a = lab.CreatePeer(1);
                await a.Dht.FullyBootstrappedAsync();
                var random = new SeededRandomSource(1);
                for (var i = 0; i < 8000; i++)
                {
                    var key = default(Bytes32);
                    random.Fill(key.MutableSpan);
                    a.Swarm.JoinPeer(key);
                }
                await a.Dht.DestroyAsync(force: true);
                await lab.World.Delay(_second);
                Assert.Equal(0, a.Swarm.Connecting);
                await a.Swarm.DestroyAsync();
            }
        );

    private sealed class LogThatFailsOnce : ILogger
    {
        public bool HasFailed { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (HasFailed || logLevel != LogLevel.Information)
                return;
            HasFailed = true;
            throw new IOException("The disk is full.");
        }
    }
}
