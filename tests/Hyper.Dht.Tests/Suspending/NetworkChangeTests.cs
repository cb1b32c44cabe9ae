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
