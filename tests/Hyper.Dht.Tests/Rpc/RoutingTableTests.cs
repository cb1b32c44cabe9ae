using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

public class RoutingTableTests
{
    [Fact]
    public void TryAdd_vector_keeps_the_same_nodes_as_JS()
    {
        var vector = VectorFile.Find("policy.json", "kademlia/closest20");
        var table = new RoutingTable(vector.GetProperty("input").GetProperty("tableId").Hex32());
        for (uint i = 0; i < 60; i++)
            table.TryAdd(Node(0x0A000000 + i, (ushort)(1000 + i)), out _);
        var expected = vector
            .GetProperty("rows")
            .EnumerateArray()
            .SelectMany(row => row[1].EnumerateArray())
            .Select(a => a.GetString()!);
        Assert.Equal(expected.Order(), table.ToList().Select(n => n.Address.ToString()).Order());
    }

    [Fact]
    public void FindClosest_vector_has_the_near_rows_of_JS_in_exact_order()
    {
        var vector = VectorFile.Find("policy.json", "kademlia/closest20");
        var table = new RoutingTable(vector.GetProperty("input").GetProperty("tableId").Hex32());
        for (uint i = 0; i < 60; i++)
            table.TryAdd(Node(0x0A000000 + i, (ushort)(1000 + i)), out _);
        var target = vector.GetProperty("input").GetProperty("target").Hex32();
        var found = new RoutingNode[RoutingTable.K];
        Assert.Equal(RoutingTable.K, table.FindClosest(target, found));
        Assert.Equal(BruteForce(table.ToList(), target, RoutingTable.K), found.Select(n => n.Address));
    }

    [Fact]
    public void FindClosest_random_tables_equals_a_full_sort()
    {
        var random = TestSeed.NewRandom();
        for (var round = 0; round < 200; round++)
        {
            var table = new RoutingTable(RandomId(random));
            for (var i = random.Next(300); i > 0; i--)
            {
                var id = RandomId(random);
                // Near ids fill the deep rows, which uniform ones never reach.
                if (random.Next(3) == 0)
                    table.Id.Span[..random.Next(1, 5)].CopyTo(id.MutableSpan);
                table.TryAdd(new RoutingNode(id, new UdpAddress((uint)i, 1)), out _);
            }
            var target = RandomId(random);
            if (random.Next(2) == 0)
                table.Id.Span[..random.Next(1, 5)].CopyTo(target.MutableSpan);
            var found = new RoutingNode[random.Next(1, 40)];
            var count = table.FindClosest(target, found);
            Assert.Equal(BruteForce(table.ToList(), target, found.Length), found.Take(count).Select(n => n.Address));
        }
    }

    [Fact]
    public void FindClosest_own_id_finds_itself_first()
    {
        var random = new Random(5);
        var table = new RoutingTable(RandomId(random));
        var node = new RoutingNode(table.Id, new UdpAddress(1, 1));
        table.TryAdd(node, out _);
        table.TryAdd(new RoutingNode(RandomId(random), new UdpAddress(2, 1)), out _);
        var found = new RoutingNode[2];
        Assert.Equal(2, table.FindClosest(table.Id, found));
        Assert.Same(node, found[0]);
    }

    [Fact]
    public void Remove_and_Get_follow_adds()
    {
        var random = new Random(6);
        var table = new RoutingTable(RandomId(random));
        var node = new RoutingNode(RandomId(random), new UdpAddress(1, 1));
        Assert.False(table.Remove(node.Id));
        Assert.True(table.TryAdd(node, out _));
        Assert.True(table.TryAdd(node, out _));
        Assert.Equal(1, table.Count);
        Assert.Same(node, table.Get(node.Id));
        Assert.True(table.Remove(node.Id));
        Assert.Null(table.Get(node.Id));
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void NodeList_touch_and_remove_keep_the_order_of_contact()
    {
        var list = new NodeList();
        var nodes = Enumerable.Range(0, 4).Select(i => Node((uint)i, 1)).ToArray();
        foreach (var node in nodes)
            list.Touch(node);
        list.Touch(nodes[1]);
        list.Touch(nodes[1]);
        Assert.Equal([nodes[0], nodes[2], nodes[3], nodes[1]], Walk(list));
        list.Remove(nodes[2]);
        list.Remove(nodes[2]);
        list.Remove(nodes[1]);
        Assert.Equal([nodes[0], nodes[3]], Walk(list));
        Assert.Equal(2, list.Count);
        list.Remove(nodes[0]);
        list.Remove(nodes[3]);
        Assert.Null(list.Oldest);
        Assert.Null(list.Latest);
    }

    private static List<RoutingNode> Walk(NodeList list)
    {
        var walked = new List<RoutingNode>();
        for (var node = list.Oldest; node is not null; node = node.Newer)
            walked.Add(node);
        return walked;
    }

    private static IEnumerable<UdpAddress> BruteForce(List<RoutingNode> nodes, Bytes32 target, int count) =>
        nodes
            .OrderBy(
                n => n.Id,
                Comparer<Bytes32>.Create(
                    (a, b) =>
                    {
                        for (var i = 0; i < Bytes32.Length; i++)
                        {
                            var order = (a.Span[i] ^ target.Span[i]).CompareTo(b.Span[i] ^ target.Span[i]);
                            if (order != 0)
                                return order;
                        }
                        return 0;
                    }
                )
            )
            .Take(count)
            .Select(n => n.Address);

    private static RoutingNode Node(uint host, ushort port)
    {
        var address = new UdpAddress(host, port);
        return new RoutingNode(NodeId.FromAddress(address), address);
    }

    private static Bytes32 RandomId(Random random)
    {
        var id = default(Bytes32);
        random.NextBytes(id.MutableSpan);
        return id;
    }
}
