using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Rpc;

public class UpkeepTests
{
    /// <summary>With a new seed, and with one that once began the ticks where a ping of the oldest came in between.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(6470104)]
    public void Full_row_dead_node_makes_room_for_a_living_one(int? seed)
    {
        var dht = new SimulatedDht(seed);
        dht.Run(async () =>
        {
            // A long tick keeps the regular pings out of the way.
            var options = DhtRpcOptions.Bootstrapper(IPAddress.Parse("10.0.0.1"), SimulatedDht.Port);
            var node = dht.Start(options with { TickInterval = TimeSpan.FromMinutes(1) });
            await node.FullyBootstrappedAsync();
            AddGhosts();
            await dht.World.Delay(TimeSpan.FromSeconds(65));
            AddGhosts();
            // The surplus ghosts have asked for places too; their checks must be over.
            await dht.World.Delay(TimeSpan.FromSeconds(10));
            for (var row = 0; row < 3; row++)
                Assert.Equal(RoutingTable.K, CountRow(node, row));

            for (var i = 1; i <= 6; i++)
            {
                // Without hints it is the row's own check that finds the dead.
                await dht.Start(dht.Persistent with { DownHintsPerTick = 0 }).FullyBootstrappedAsync();
                await dht.World.Delay(TimeSpan.FromSeconds(5));
                Assert.Contains(dht.AddressOf(i), node.GetNodes());
            }

            void AddGhosts()
            {
                for (uint i = 1; i <= 400; i++)
                    node.AddNode(new UdpAddress((11u << 24) + i, 5));
            }
        });
    }

    [Fact]
    public void AddNode_twice_counts_once()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var node = dht.StartBootstrapper();
            await node.FullyBootstrappedAsync();
            var address = new UdpAddress(IPAddress.Parse("11.0.0.1"), 5);
            node.AddNode(address);
            node.AddNode(address);
            Assert.Equal(1, node.NodeCount);
            Assert.Equal([address], node.GetNodes());
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
