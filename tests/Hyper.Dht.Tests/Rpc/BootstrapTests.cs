using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

public class BootstrapTests
{
    [Fact]
    public void Bootstrapper_alone_is_ready_and_persistent_at_once()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var node = dht.StartBootstrapper();
            Assert.Equal(DhtNodeState.Ready, await node.FullyBootstrappedAsync());
            Assert.Equal(NodeId.FromAddress(dht.BootstrapAddress), node.Id);
            Assert.Equal(dht.BootstrapAddress, node.RemoteAddress);
        });
    }

    [Fact]
    public void Forced_persistent_node_learns_its_address_and_takes_its_id()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(2);
            var node = dht.Nodes[1];
            Assert.Equal(DhtNodeState.Ready, node.State);
            Assert.Equal(NodeId.FromAddress(dht.AddressOf(1)), node.Id);
            Assert.Equal(dht.AddressOf(1), node.RemoteAddress);
            Assert.Equal([dht.AddressOf(1)], dht.Nodes[0].GetNodes());
            Assert.Equal([dht.AddressOf(0)], node.GetNodes());
        });
    }

    [Fact]
    public void First_forced_node_without_bootstrap_becomes_persistent_when_another_tells_its_address()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var first = dht.Start(dht.Persistent with { Bootstrap = [] });
            Assert.Equal(DhtNodeState.Ready, await first.FullyBootstrappedAsync());
            Assert.Null(first.Id);
            var persistent = 0;
            first.BecamePersistent += () => persistent++;
            await dht.GrowAsync(3);
            Assert.Equal(NodeId.FromAddress(dht.AddressOf(0)), first.Id);
            Assert.Equal(1, persistent);
            await dht.World.Delay(TimeSpan.FromMinutes(2));
            Assert.Equal(2, dht.Nodes[2].NodeCount);
        });
    }

    [Fact]
    public void Adaptive_node_opens_by_the_quick_check_and_becomes_persistent_later()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(8);
            var node = dht.Start(dht.Adaptive with { PersistentAfter = TimeSpan.FromMinutes(1) });
            await node.FullyBootstrappedAsync();
            Assert.False(node.IsFirewalled);
            Assert.True(node.IsEphemeral);
            Assert.Equal(dht.AddressOf(8), node.RemoteAddress);
            Assert.Null(node.Id);

            var persistent = new TaskCompletionSource();
            node.BecamePersistent += persistent.SetResult;
            await persistent.Task;
            Assert.InRange(dht.World.Elapsed, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
            Assert.Equal(NodeId.FromAddress(dht.AddressOf(8)), node.Id);
            await dht.World.Delay(TimeSpan.FromMinutes(1));
            Assert.Contains(dht.AddressOf(8), dht.Nodes[0].GetNodes());
        });
    }

    [Fact]
    public void Adaptive_node_whose_server_port_is_shut_stays_firewalled_and_ephemeral()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(8);
            var shut = new UdpAddress(IPAddress.Parse("10.0.0.9"), SimulatedDht.Port);
            dht.World.Drop = (_, to, _) => to.Port == SimulatedDht.Port && to.HasSameHost(shut);
            var node = dht.Start(dht.Adaptive with { PersistentAfter = TimeSpan.FromMinutes(1) });
            await node.FullyBootstrappedAsync();
            Assert.True(node.IsFirewalled);
            await dht.World.Delay(TimeSpan.FromMinutes(5));
            Assert.True(node.IsFirewalled);
            Assert.True(node.IsEphemeral);
            Assert.Null(node.RemoteAddress);
            Assert.NotNull(node.NatAddress);
            Assert.DoesNotContain(shut, dht.Nodes[0].GetNodes());
        });
    }

    [Fact]
    public void Ephemeral_node_never_becomes_persistent()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(8);
            var node = dht.Start(dht.Adaptive with { Ephemeral = true, PersistentAfter = TimeSpan.FromMinutes(1) });
            await node.FullyBootstrappedAsync();
            await dht.World.Delay(TimeSpan.FromMinutes(5));
            Assert.False(node.IsFirewalled);
            Assert.Null(node.Id);
        });
    }

    [Fact]
    public void Firewalled_for_good_is_not_probed()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(8);
            var node = dht.Start(dht.Adaptive with { Firewalled = true, PersistentAfter = TimeSpan.FromMinutes(1) });
            await node.FullyBootstrappedAsync();
            await dht.World.Delay(TimeSpan.FromMinutes(5));
            Assert.True(node.IsFirewalled);
            Assert.Null(node.Id);
        });
    }

    [Fact]
    public void No_bootstrap_node_answers_node_is_isolated_and_recovers_when_one_comes()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var lost = new UdpAddress(IPAddress.Parse("10.0.0.2"), SimulatedDht.Port);
            var node = dht.Start(dht.Persistent with { Bootstrap = [lost] });
            Assert.Equal(DhtNodeState.Isolated, await node.FullyBootstrappedAsync());
            Assert.InRange(dht.World.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
            await dht.World.Delay(TimeSpan.FromMinutes(10));
            Assert.Equal(DhtNodeState.Isolated, node.State);

            dht.Start(DhtRpcOptions.Bootstrapper(IPAddress.Parse("10.0.0.2"), SimulatedDht.Port));
            await dht.World.Delay(TimeSpan.FromMinutes(2));
            Assert.Equal(DhtNodeState.Ready, node.State);
            Assert.Equal([lost], node.GetNodes());
            Assert.Equal(NodeId.FromAddress(dht.AddressOf(0)), node.Id);
        });
    }

    [Fact]
    public void Dead_nodes_in_the_network_delay_bootstrap_by_little()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(8);
            for (var i = 3; i < 8; i++)
                dht.Crash(i);
            var start = dht.World.Elapsed;
            var node = dht.Start(dht.Persistent);
            Assert.Equal(DhtNodeState.Ready, await node.FullyBootstrappedAsync());
            Assert.InRange(dht.World.Elapsed - start, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Assert.NotNull(node.Id);
        });
    }

    [Fact]
    public void Loopback_testnet_first_node_is_persistent_without_being_told()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var node = new DhtRpcNode(host, DhtRpcOptions.LocalTestnet());
            node.Start();
            await node.FullyBootstrappedAsync();
            Assert.Equal(NodeId.FromAddress(node.ServerSocket!.LocalAddress), node.Id);
        });
    }

    [Fact]
    public void Port_taken_takes_the_next_and_fails_when_any_will_not_do()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(() =>
        {
            var first = new DhtRpcNode(host, new DhtRpcOptions { Port = 5000 });
            first.Start();
            var second = new DhtRpcNode(host, new DhtRpcOptions { Port = 5000 });
            second.Start();
            Assert.Equal(5000, first.ServerSocket!.LocalAddress.Port);
            Assert.Equal(5001, second.ServerSocket!.LocalAddress.Port);
            var third = new DhtRpcNode(host, new DhtRpcOptions { Port = 5000, AnyPort = false });
            Assert.Throws<System.Net.Sockets.SocketException>(third.Start);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Suspend_fails_requests_and_Resume_comes_back_on_the_same_ports()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(5);
            var node = dht.Nodes[4];
            var ports = (node.ServerSocket!.LocalAddress, node.ClientSocket!.LocalAddress);
            var silent = new UdpAddress(IPAddress.Parse("10.9.9.9"), 1);
            var ping = node.PingAsync(silent);
            node.Suspend();
            var outcome = await ping;
            Assert.Equal("IO_SUSPENDED", outcome.Code);
            Assert.Equal("IO_SUSPENDED", (await node.PingAsync(silent)).Code);
            Assert.Null(node.ServerSocket);
            await dht.World.Delay(TimeSpan.FromMinutes(1));

            node.Resume();
            Assert.Equal(DhtNodeState.Ready, await node.FullyBootstrappedAsync());
            Assert.Equal(ports, (node.ServerSocket!.LocalAddress, node.ClientSocket!.LocalAddress));
            Assert.True((await node.PingAsync(dht.BootstrapAddress)).IsSuccess);
        });
    }

    [Fact]
    public void Close_settles_everything_and_leaves_no_timer()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(3);
            var node = dht.Nodes[2];
            var silent = new UdpAddress(IPAddress.Parse("10.9.9.9"), 1);
            var ping = node.PingAsync(silent);
            var query = node.FindNode(dht.RandomTarget(), new DhtQueryOptions { Nodes = [silent] });
            var finished = query.FinishedAsync();
            node.Close();
            node.Close();
            Assert.Equal("REQUEST_DESTROYED", (await ping).Code);
            Assert.Equal(DhtQueryStatus.Cancelled, (await finished).Status);
            Assert.Equal(0, node.Statistics.ActiveRequests);
            Assert.Equal(0, node.Statistics.ActiveQueries);
            Assert.Equal("REQUEST_DESTROYED", (await node.PingAsync(silent)).Code);
            var requests = node.Statistics.Requests;
            await dht.World.Delay(TimeSpan.FromMinutes(10));
            Assert.Equal(requests, node.Statistics.Requests);
        });
    }
}
