using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Rpc;

/// <summary>What a node believes of its own address, and whom.</summary>
public class OwnAddressTests
{
    private static readonly UdpAddress _own = new(0x0505_0505, 5000);
    private static readonly UdpAddress _moved = new(0x0606_0606, 6000);

    [Fact]
    public void AddressVotes_one_host_that_talks_much_has_one_vote_and_wins_against_samples()
    {
        var votes = new AddressVotes();
        var samples = new NatSampler();
        for (uint i = 0; i < 8; i++)
        {
            votes.Add(Voter(i), _own, 1);
            samples.Add(_own);
        }
        for (ushort port = 1; port <= 16; port++)
        {
            votes.Add(Voter(99).WithPort(port), new UdpAddress(0x0909_0909, port), 2);
            samples.Add(new UdpAddress(0x0909_0909, port));
        }
        Assert.Equal(_own, votes.Address);
        Assert.Equal(9, votes.Count);
        // The reference counts what is said and not who says it.
        Assert.NotEqual(_own, samples.Address);
    }

    [Fact]
    public void AddressVotes_verdict_falls_when_voters_change_their_minds_and_moves_with_all_of_them()
    {
        var votes = new AddressVotes();
        for (uint i = 0; i < 16; i++)
            Assert.False(votes.Add(Voter(i), _own, 1));
        Assert.Equal(_own, votes.Address);
        for (uint i = 0; i < 16; i++)
        {
            Assert.True(votes.Add(Voter(i), _moved, 2));
            if (i is > 3 and < 12)
                Assert.False(votes.HasFixedPort);
        }
        Assert.Equal(_moved, votes.Address);
        Assert.False(votes.Add(Voter(3), _moved, 3));
    }

    [Fact]
    public void AddressVotes_of_an_hour_ago_do_not_count_beside_a_new_one()
    {
        var votes = new AddressVotes();
        for (uint i = 0; i < 16; i++)
            votes.Add(Voter(i), _own, 1);
        votes.Add(Voter(20), _moved, 1 + 720);
        Assert.Equal(_own, votes.Address);
        votes.Add(Voter(21), _moved, 1 + 721);
        Assert.Equal(_moved, votes.Address);
        Assert.Equal(2, votes.Count);
    }

    [Fact]
    public void Requests_from_anybody_do_not_tell_our_address()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var node = dht.Start(dht.Persistent with { Bootstrap = [] });
            await node.FullyBootstrappedAsync();
            for (uint i = 1; i <= 500; i++)
            {
                var from = new UdpAddress((11u << 24) + i, 9);
                var ping = new DhtRequestMessage
                {
                    To = _own,
                    Id = NodeId.FromAddress(from),
                    IsInternal = true,
                    Command = RpcCommand.Ping,
                };
                var bytes = new byte[DhtRequestCodec.GetSize(ping)];
                DhtRequestCodec.Write(bytes, ping);
                node.HandleDatagram(node.ServerSocket!, bytes, from);
            }
            await dht.World.Delay(TimeSpan.FromSeconds(30));
            Assert.Null(node.NatAddress);
            Assert.Null(node.Id);
        });
    }

    [Fact]
    public void Lone_liar_among_honest_nodes_is_outvoted_also_when_it_is_the_first_that_answers()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var nodes = new ScriptedNodes(dht, 12);
            var liar = nodes.Nodes[0].ToIPAddress();
            nodes.Sees = (node, asker) => node.Equals(liar) ? _own : asker;
            var node = dht.Start(dht.Persistent with { Bootstrap = [nodes.Nodes[0]] });
            await node.FullyBootstrappedAsync();
            await dht.World.Delay(TimeSpan.FromMinutes(1));
            Assert.Equal(dht.AddressOf(0), node.RemoteAddress);
            Assert.Equal(NodeId.FromAddress(dht.AddressOf(0)), node.Id);
        });
    }

    [Fact]
    public void Port_that_the_NAT_has_changed_leaves_the_node_firewalled()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var nodes = new ScriptedNodes(dht, 8)
            {
                Sees = (_, asker) => new UdpAddress(_own.ToIPAddress(), (ushort)(asker.Port + 1)),
            };
            var node = dht.Start(
                dht.Adaptive with
                {
                    Bootstrap = [nodes.Nodes[0]],
                    PersistentAfter = TimeSpan.FromMinutes(1),
                }
            );
            await node.FullyBootstrappedAsync();
            await dht.World.Delay(TimeSpan.FromMinutes(5));
            // Everybody gets through to the server socket, but at a port that it does not have.
            Assert.True(node.IsFirewalled);
            Assert.True(node.IsEphemeral);
            Assert.Null(node.RemoteAddress);
            Assert.Equal((ushort)(node.ClientSocket!.LocalAddress.Port + 1), node.NatAddress!.Value.Port);
        });
    }

    [Fact]
    public void Open_node_whose_address_changes_says_so_within_two_minutes_and_checks_its_firewall()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var host = _own.ToIPAddress();
            var nodes = new ScriptedNodes(dht, 12) { Sees = (_, asker) => new UdpAddress(host, asker.Port) };
            var node = dht.Start(
                dht.Adaptive with
                {
                    Bootstrap = [nodes.Nodes[0]],
                    PersistentAfter = TimeSpan.FromMinutes(1),
                    PersistentRetry = TimeSpan.FromMinutes(10),
                }
            );
            await node.FullyBootstrappedAsync();
            await dht.World.Delay(TimeSpan.FromMinutes(10));
            Assert.Equal(_own.WithPort(SimulatedDht.Port), node.RemoteAddress);
            var id = node.Id;
            Assert.NotNull(id);
            var changes = 0;
            node.NatChanged += () => changes++;

            host = _moved.ToIPAddress();
            await dht.World.Delay(TimeSpan.FromMinutes(2));
            Assert.Equal(_moved.WithPort(SimulatedDht.Port), node.RemoteAddress);
            Assert.NotEqual(0, changes);
            Assert.True(node.IsEphemeral);
            await dht.World.Delay(TimeSpan.FromMinutes(11));
            Assert.Equal(NodeId.FromAddress(_moved.WithPort(SimulatedDht.Port)), node.Id);
        });
    }

    [Fact]
    public void Four_nodes_that_see_us_elsewhere_all_the_time_cost_a_check_a_minute_at_most()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var nodes = new ScriptedNodes(dht, 12);
            var node = dht.Start(dht.Adaptive with { Bootstrap = [nodes.Nodes[0]] });
            await node.FullyBootstrappedAsync();
            ushort port = 1;
            nodes.Sees = (node, asker) => node.GetAddressBytes()[3] <= 4 ? new UdpAddress(0x0909_0909, port++) : asker;
            var before = nodes.Pings;
            await dht.World.Delay(TimeSpan.FromMinutes(30));
            Assert.InRange(nodes.Pings - before, 0, 30 * 60);
            Assert.Equal(DhtNodeState.Ready, node.State);
        });
    }

    private static UdpAddress Voter(uint index) => new((12u << 24) + index, 1);
}
