using System.Net;
using Hyper.Dht.Internal;
using Hyper.Dht.Rpc;
using Hyper.Dht.Tests.Simulation;
using TestKit;

namespace Hyper.Dht.Tests.Suspending;

public sealed class NetworkChangeTests
{
    [Fact]
    public void Other_addresses_of_the_machine_are_noticed_and_the_servers_announced_again() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                IReadOnlyList<IPAddress> hosts = [IPAddress.Parse("192.168.1.7"), IPAddress.Parse("10.1.0.7")];
                var peer = HyperDht.Create(
                    world.World.CreateHost("10.7.0.1"),
                    new HyperDhtOptions { Bootstrap = [world.Bootstrap], LocalHosts = () => hosts }
                );
                await peer.FullyBootstrappedAsync();
                var listener = peer.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var changes = 0;
                peer.NetworkChanged += () => changes++;
                await world.World.Delay(TimeSpan.FromSeconds(30));
                var cycles = listener.Announcer.Cycles;

                // In another order they are the same.
                hosts = [hosts[1], hosts[0]];
                await world.World.Delay(TimeSpan.FromSeconds(30));
                Assert.Equal(0, changes);
                Assert.Equal(cycles, listener.Announcer.Cycles);

                hosts = [IPAddress.Parse("192.168.1.8")];
                await world.World.Delay(TimeSpan.FromSeconds(10));
                Assert.Equal(1, changes);
                Assert.Equal(cycles + 1, listener.Announcer.Cycles);
                // What is found is what was there before.
                Assert.False(peer.Rpc.IsFirewalled);
                Assert.Equal(peer.LocalAddress.Port, peer.Rpc.RemoteAddress?.Port);
                Assert.Equal(hosts[0], peer.LocalAddresses.Get()[0].ToIPAddress());
            }
        );

    [Fact]
    public void Node_whose_new_network_keeps_strangers_out_no_longer_says_that_it_is_open() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var host = world.World.CreateHost("10.7.0.1");
                IReadOnlyList<IPAddress> hosts = [IPAddress.Parse("192.168.1.7")];
                var peer = HyperDht.Create(
                    host,
                    new HyperDhtOptions { Bootstrap = [world.Bootstrap], LocalHosts = () => hosts }
                );
                await peer.FullyBootstrappedAsync();
                Assert.NotNull(peer.Rpc.RemoteAddress);

                world.Firewall.Protect(host.Address);
                hosts = [IPAddress.Parse("192.168.2.9")];
                await world.World.Delay(TimeSpan.FromSeconds(20));
                Assert.True(peer.Rpc.IsFirewalled);
                Assert.Null(peer.Rpc.RemoteAddress);
                Assert.NotNull(peer.Rpc.NatAddress);
            }
        );

    [Fact]
    public void Machine_that_slept_is_noticed_by_the_time_of_day_alone() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var host = world.World.CreateHost("10.7.0.1");
                var peer = HyperDht.Create(
                    host,
                    new HyperDhtOptions { Bootstrap = [world.Bootstrap], LocalHosts = () => [host.Address] }
                );
                await peer.FullyBootstrappedAsync();
                var (wakeUps, changes) = (0, 0);
                peer.Rpc.WokeUp += () => wakeUps++;
                peer.NetworkChanged += () => changes++;
                await world.World.Delay(TimeSpan.FromMinutes(5));
                // A clock that is set by a little, or back, is no sleep.
                host.JumpWallClock(TimeSpan.FromSeconds(9));
                await world.World.Delay(TimeSpan.FromMinutes(1));
                host.JumpWallClock(TimeSpan.FromHours(-1));
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal((0, 0), (wakeUps, changes));

                host.JumpWallClock(TimeSpan.FromMinutes(20));
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal((1, 1), (wakeUps, changes));
                Assert.Equal(DhtNodeState.Ready, peer.Rpc.State);
                Assert.NotNull(peer.Rpc.RemoteAddress);
            }
        );

    [Fact]
    public void Change_of_the_network_while_suspended_is_told_on_resuming() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                IReadOnlyList<IPAddress> hosts = [IPAddress.Parse("192.168.1.7")];
                var peer = HyperDht.Create(
                    world.World.CreateHost("10.7.0.1"),
                    new HyperDhtOptions { Bootstrap = [world.Bootstrap], LocalHosts = () => hosts }
                );
                await peer.FullyBootstrappedAsync();
                var changes = 0;
                peer.NetworkChanged += () => changes++;
                await world.World.Delay(TimeSpan.FromSeconds(30));

                await peer.SuspendAsync();
                await world.World.Delay(TimeSpan.FromMinutes(5));
                await peer.ResumeAsync();
                await world.World.Delay(TimeSpan.FromSeconds(30));
                Assert.Equal(0, changes);

                await peer.SuspendAsync();
                hosts = [IPAddress.Parse("192.168.2.9")];
                await world.World.Delay(TimeSpan.FromMinutes(5));
                await peer.ResumeAsync();
                await world.World.Delay(TimeSpan.FromSeconds(30));
                Assert.Equal(1, changes);
            },
            deadline: TimeSpan.FromHours(1)
        );

    [Fact]
    public void Machine_that_slept_while_the_node_was_suspended_is_told_on_resuming() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var host = world.World.CreateHost("10.7.0.1");
                var peer = HyperDht.Create(
                    host,
                    new HyperDhtOptions { Bootstrap = [world.Bootstrap], LocalHosts = () => [host.Address] }
                );
                await peer.FullyBootstrappedAsync();
                var changes = 0;
                peer.NetworkChanged += () => changes++;
                await peer.SuspendAsync();
                host.JumpWallClock(TimeSpan.FromHours(8));
                await world.World.Delay(TimeSpan.FromSeconds(1));
                await peer.ResumeAsync();
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal(1, changes);
            }
        );

    [Fact]
    public void Handlers_that_throw_keep_nothing_from_those_after_them() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var host = world.World.CreateHost("10.7.0.1");
                IReadOnlyList<IPAddress> hosts = [host.Address];
                var peer = HyperDht.Create(
                    host,
                    new HyperDhtOptions { Bootstrap = [world.Bootstrap], LocalHosts = () => hosts }
                );
                await peer.FullyBootstrappedAsync();
                var (wakeUps, changes) = (0, 0);
                Action[] failing = [() => throw new InvalidOperationException("a handler that throws")];
                peer.Rpc.WokeUp += failing[0];
                peer.Rpc.NatChanged += failing[0];
                peer.Rpc.HealthChanged += failing[0];
                peer.NetworkChanged += failing[0];
                peer.Rpc.WokeUp += () => wakeUps++;
                peer.NetworkChanged += () => changes++;
                await world.World.Delay(TimeSpan.FromMinutes(5));
                host.JumpWallClock(TimeSpan.FromMinutes(20));
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal((1, 1), (wakeUps, changes));
                hosts = [IPAddress.Parse("10.7.0.2")];
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal(2, changes);
                Assert.Equal(DhtNodeState.Ready, peer.Rpc.State);
                Assert.NotNull(peer.Rpc.RemoteAddress);
            }
        );

    [Fact]
    public void Machine_whose_addresses_cannot_be_had_or_are_hundreds_listens_and_connects() =>
        SimulatedDht.Run(
            12,
            async world =>
            {
                var isFailing = false;
                IReadOnlyList<IPAddress> many =
                [
                    .. Enumerable.Range(0, 1000).Select(i => new IPAddress([172, 16, (byte)(i >> 8), (byte)i])),
                ];
                IReadOnlyList<IPAddress> Ask() =>
                    isFailing ? throw new InvalidOperationException("no interfaces") : many;
                var options = new HyperDhtOptions { Bootstrap = [world.Bootstrap], LocalHosts = Ask };
                var server = HyperDht.Create(world.World.CreateHost("10.7.0.1"), options);
                var client = HyperDht.Create(world.World.CreateHost("10.7.0.2"), options);
                await Task.WhenAll(server.FullyBootstrappedAsync(), client.FullyBootstrappedAsync());
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                Assert.Equal("many", await Inbox.AskAsync(await client.ConnectAsync(listener.PublicKey), "many"));
                isFailing = true;
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal("none", await Inbox.AskAsync(await client.ConnectAsync(listener.PublicKey), "none"));
            }
        );

    [Fact]
    public void InterfaceWatch_survives_a_source_that_throws_and_sees_a_change_over_a_pause()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            Func<IReadOnlyList<IPAddress>> source = () => [IPAddress.Parse("10.0.0.1")];
            var (looks, changes, failures) = (0, 0, 0);
            using var watch = new InterfaceWatch(host, () => source(), _ => looks++, () => changes++, _ => failures++);
            watch.Start();
            await world.Delay(TimeSpan.FromSeconds(12));
            Assert.Equal((3, 0, 0), (looks, changes, failures));

            source = () => throw new InvalidOperationException("no interfaces");
            await world.Delay(TimeSpan.FromSeconds(10));
            Assert.Equal((3, 0, 2), (looks, changes, failures));

            watch.Stop();
            source = () => [IPAddress.Parse("10.0.0.2")];
            await world.Delay(TimeSpan.FromMinutes(1));
            Assert.Equal((3, 0, 2), (looks, changes, failures));
            watch.Start();
            await world.Delay(TimeSpan.FromSeconds(12));
            Assert.Equal((6, 1, 2), (looks, changes, failures));
        });
        Assert.Equal(0, world.ArmedTimers);
    }
}
