using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Rpc;

public class UpkeepTests
{
    [Fact]
    public void Full_row_dead_node_makes_room_for_a_living_one()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var ghosts = Enumerable.Range(1, 200).Select(i => new UdpAddress((11u << 24) + (uint)i, 5)).ToArray();
            var options = DhtRpcOptions.Bootstrapper(IPAddress.Parse("10.0.0.1"), SimulatedDht.Port);
            var node = dht.Start(options with { Nodes = ghosts });
            await dht.World.Delay(TimeSpan.FromSeconds(30));
            var full = Enumerable.Range(0, 3).Where(row => CountRow(node, row) == RoutingTable.K).ToList();
            Assert.NotEmpty(full);

            for (var i = 0; i < 6; i++)
                dht.Start(dht.Persistent);
            await dht.World.Delay(TimeSpan.FromSeconds(20));
            var living = dht.Nodes.Skip(1).Select((_, i) => dht.AddressOf(i + 1)).ToList();
            Assert.True(node.GetNodes().Intersect(living).Count() >= 4);
        });
    }

    [Fact]
    public void Living_nodes_keep_their_places_in_a_full_row()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(60);
            var node = dht.Nodes[0];
            await dht.World.Delay(TimeSpan.FromMinutes(45));
            var row = Enumerable.Range(0, 3).First(r => CountRow(node, r) == RoutingTable.K);
            var before = Row(node, row);
            await dht.GrowAsync(75);
            await dht.World.Delay(TimeSpan.FromMinutes(5));
            Assert.Equal(before.Order(StringComparer.Ordinal), Row(node, row).Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Refresh_makes_every_node_of_a_small_network_known_to_all()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(15);
            await dht.World.Delay(TimeSpan.FromMinutes(15));
            Assert.All(dht.Nodes, node => Assert.Equal(14, node.NodeCount));
        });
    }

    [Fact]
    public void Resume_adaptive_node_is_ephemeral_until_it_has_proved_itself_again()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(8);
            var node = dht.Start(
                dht.Adaptive with
                {
                    PersistentAfter = TimeSpan.FromMinutes(1),
                    PersistentRetry = TimeSpan.FromMinutes(3),
                }
            );
            var (persistent, ephemeral, wakeUps) = (0, 0, 0);
            node.BecamePersistent += () => persistent++;
            node.BecameEphemeral += () => ephemeral++;
            node.WokeUp += () => wakeUps++;
            await dht.World.Delay(TimeSpan.FromMinutes(2));
            Assert.Equal((1, 0, 0), (persistent, ephemeral, wakeUps));
            node.Suspend();
            await dht.World.Delay(TimeSpan.FromMinutes(30));
            node.Resume();
            Assert.Equal((1, 1, 1), (persistent, ephemeral, wakeUps));
            Assert.Null(node.Id);
            await dht.World.Delay(TimeSpan.FromMinutes(4));
            Assert.Equal((2, 1, 1), (persistent, ephemeral, wakeUps));
            Assert.Equal(NodeId.FromAddress(dht.AddressOf(8)), node.Id);
        });
    }

    [Fact]
    public void Unpersistent_answer_takes_a_node_out_of_the_table()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(5);
            // Another node comes up at the same address and keeps its id to itself.
            dht.Nodes[3].Close();
            var changed = new DhtRpcNode(dht.Hosts[3], dht.Persistent with { Ephemeral = true });
            changed.Start();
            await dht.World.Delay(TimeSpan.FromMinutes(10));
            Assert.Equal(DhtNodeState.Ready, changed.State);
            Assert.DoesNotContain(dht.AddressOf(3), dht.Nodes[1].GetNodes());
        });
    }

    private static int CountRow(DhtRpcNode node, int row) => Row(node, row).Count;

    private static List<string> Row(DhtRpcNode node, int row) =>
        [
            .. node
                .Table.ToList()
                .Where(n => NodeId.CommonPrefixBits(n.Id, node.Table.Id) == row)
                .Select(n => n.Address.ToString()),
        ];
}
