using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Tests.Simulation;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Punching;

public sealed class HolepuncherTests
{
    private static readonly UdpAddress _remote = new(0x1400_0005, 4000);

    [Fact]
    public void OnProbe_before_the_server_punches_counts_only_when_a_second_one_follows_the_servers_word() =>
        RunClient(
            (puncher, paths) =>
            {
                Probe(puncher, _remote);
                Assert.Empty(paths);
                Probe(puncher, _remote);
                // Both probes may be echoes of a server that has not let us in: it has said nothing yet.
                Assert.Empty(paths);

                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: false, [_remote], null);

                Assert.Equal([_remote], paths);
            }
        );

    [Fact]
    public void OnProbe_after_the_servers_word_needs_a_second_one_from_the_same_place() =>
        RunClient(
            (puncher, paths) =>
            {
                var told = (UdpAddress[])[_remote, _remote.WithPort(4001)];
                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: false, told, null);
                var sent = puncher.ProbesSent;
                Probe(puncher, _remote);
                Assert.Empty(paths);
                Assert.Equal(sent + 1, puncher.ProbesSent);
                Probe(puncher, _remote.WithPort(4001));
                Assert.Empty(paths);
                Probe(puncher, _remote.WithPort(4001));
                Assert.Equal([_remote.WithPort(4001)], paths);
            }
        );

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 77)]
    [InlineData(false, 1)]
    public void OnProbe_while_the_server_punches_or_of_the_explicit_kind_is_the_path(bool isPunching, byte value) =>
        RunClient(
            (puncher, paths) =>
            {
                puncher.UpdateRemote(FirewallKind.Consistent, isPunching, [_remote], null);
                Probe(puncher, _remote, value);
                Assert.Equal([_remote], paths);
            }
        );

    /// <summary>A busy server ends what it has for us instead of answering that it punches.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void OnProbe_while_the_server_may_forget_us_is_the_path_only_with_its_word(byte value) =>
        RunClient(
            (puncher, paths) =>
            {
                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: false, [_remote], null);
                Probe(puncher, _remote);
                Assert.True(puncher.IsEchoed);
                puncher.AwaitConsent();
                Probe(puncher, _remote, value);
                Probe(puncher, _remote, value);
                Assert.Empty(paths);

                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: true, [_remote], null);

                Assert.Equal([_remote], paths);
            }
        );

    [Fact]
    public void OnProbe_of_many_strangers_is_answered_a_bounded_number_of_times() =>
        RunClient(
            (puncher, paths) =>
            {
                for (ushort port = 1; port <= 1000; port++)
                    Probe(puncher, _remote.WithPort(port));
                Assert.Empty(paths);
                Assert.Equal(64, puncher.ProbesSent);
            }
        );

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void OnProbe_of_a_host_that_nobody_told_of_waits_for_a_better_one(byte value) =>
        RunClient(
            async (world, puncher, paths) =>
            {
                BeConsistent(puncher);
                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: true, [_remote], null);
                Assert.True(puncher.TryPunch());
                var sent = puncher.ProbesSent;
                for (var i = 0; i < 100; i++)
                    Probe(puncher, new UdpAddress(0x0909_0909u + (uint)i, 9), value);
                await world.World.Delay(TimeSpan.FromSeconds(1.5));
                Assert.Empty(paths);
                // Nobody gets our probes sent to a third.
                Assert.InRange(puncher.ProbesSent - sent, 0, 2);
                Probe(puncher, _remote, value);
                Assert.Equal([_remote], paths);
            }
        );

    /// <summary>Somebody who knows the server's host sends in its name, and does not know its port.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void OnProbe_of_another_port_of_a_NAT_that_keeps_one_waits_for_a_better_one(byte value) =>
        RunClient(
            async (world, puncher, paths) =>
            {
                BeConsistent(puncher);
                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: true, [_remote], null);
                Assert.True(puncher.TryPunch());
                for (ushort port = 1; port <= 100; port++)
                    Probe(puncher, _remote.WithPort(port), value);
                await world.World.Delay(TimeSpan.FromSeconds(1.5));
                Assert.Empty(paths);
                Probe(puncher, _remote, value);
                Assert.Equal([_remote], paths);
            }
        );

    [Fact]
    public void OnProbe_of_another_port_before_the_servers_word_is_not_the_path_after_it() =>
        RunClient(
            (puncher, paths) =>
            {
                Probe(puncher, _remote.WithPort(4001));
                Probe(puncher, _remote.WithPort(4001));
                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: false, [_remote], null);
                Assert.Empty(paths);
                Probe(puncher, _remote);
                Probe(puncher, _remote);
                Assert.Equal([_remote], paths);
            }
        );

    /// <summary>It was the server's all the same, behind a NAT that is not what it seemed to be; or its port is not known.</summary>
    [Theory]
    [InlineData(FirewallKind.Consistent, 4000, 3.1)]
    [InlineData(FirewallKind.Consistent, 0, 0)]
    [InlineData(FirewallKind.Random, 4000, 0)]
    public void OnProbe_of_another_port_is_the_path_at_last(FirewallKind remote, ushort told, double seconds) =>
        RunClient(
            async (world, puncher, paths) =>
            {
                BeConsistent(puncher);
                puncher.UpdateRemote(remote, isPunching: true, [_remote.WithPort(told)], _remote);
                Assert.True(puncher.TryPunch());
                Probe(puncher, _remote.WithPort(4001));
                await world.World.Delay(TimeSpan.FromSeconds(seconds));
                Assert.Equal(_remote.WithPort(4001), paths[0]);
            }
        );

    [Fact]
    public void OnProbe_of_a_host_that_nobody_told_of_is_the_path_when_no_other_comes() =>
        RunClient(
            async (world, puncher, paths) =>
            {
                var stranger = new UdpAddress(0x6440_0001, 9);
                BeConsistent(puncher);
                puncher.UpdateRemote(FirewallKind.Consistent, isPunching: true, [_remote], null);
                Assert.True(puncher.TryPunch());
                Probe(puncher, stranger);
                await world.World.Delay(TimeSpan.FromSeconds(3.1));
                Assert.Equal(stranger, paths[0]);
            }
        );

    [Fact]
    public void TryPunch_towards_random_ports_needs_a_verified_host_and_the_turn() =>
        RunClient(
            (puncher, _) =>
            {
                BeConsistent(puncher);

                puncher.UpdateRemote(FirewallKind.Random, isPunching: true, [_remote.WithPort(0)], null);
                Assert.False(puncher.TryPunch());

                puncher.UpdateRemote(FirewallKind.Random, isPunching: true, [_remote.WithPort(0)], _remote);
                Assert.True(puncher.TryPunch());
                Assert.False(puncher.TryPunch() && !puncher.IsPunching);
            }
        );

    [Fact]
    public void Limiter_gives_one_turn_at_a_time_and_rests_only_after_one_that_was_used()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var limiter = new RandomPunchLimiter(host.Time);
            Assert.True(limiter.TryEnter());
            Assert.False(limiter.TryEnter());
            limiter.Exit(wasUsed: false);
            Assert.True(limiter.TryEnter());
            limiter.Exit(wasUsed: true);
            Assert.False(limiter.TryEnter());
            await world.Delay(TimeSpan.FromSeconds(19.9));
            Assert.False(limiter.IsFree);
            await world.Delay(TimeSpan.FromSeconds(0.2));
            Assert.True(limiter.TryEnter());
        });
    }

    private static void BeConsistent(Holepuncher puncher)
    {
        foreach (ushort source in (ReadOnlySpan<ushort>)[1, 2, 3, 4])
            puncher.AddSample(new UdpAddress(0x1400_0001, 5), _remote.WithPort(source));
        Assert.Equal(FirewallKind.Consistent, puncher.Firewall);
    }

    private static void RunClient(Action<Holepuncher, List<UdpAddress>> body) =>
        RunClient(
            (_, puncher, paths) =>
            {
                body(puncher, paths);
                return Task.CompletedTask;
            }
        );

    private static void RunClient(Func<SimulatedDht, Holepuncher, List<UdpAddress>, Task> body) =>
        SimulatedDht.Run(
            1,
            async world =>
            {
                var peer = await world.CreatePeerAsync(isFirewalled: true);
                var paths = new List<UdpAddress>();
                var puncher = Holepuncher.ForClient(
                    peer,
                    FirewallKind.Unknown,
                    host => host.HasSameHost(_remote),
                    (_, from) => paths.Add(from),
                    () => { }
                );
                await body(world, puncher, paths);
                puncher.Dispose();
                Assert.Equal(0, peer.OpenResources.PunchSockets);
                Assert.True(peer.RandomPunches.IsFree);
            }
        );

    private static void Probe(Holepuncher puncher, UdpAddress from, byte value = 0) =>
        ((IProbeHandler)puncher).OnProbe(puncher.Socket, from, value);
}
