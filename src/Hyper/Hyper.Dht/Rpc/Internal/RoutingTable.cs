using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// The Kademlia table of one node: 256 rows by the number of leading bits shared with our own id, at most
/// <see cref="K"/> nodes each, so at most a few hundred nodes in practice. Unlike the JS table,
/// <see cref="FindClosest"/> answers in exact order of XOR distance.
/// </summary>
internal sealed class RoutingTable(in Bytes32 id)
{
    /// <summary>Nodes per row, and per answer.</summary>
    public const int K = 20;

    private const int RowCount = 256;

    private readonly List<RoutingNode>?[] _rows = new List<RoutingNode>?[RowCount];
    private Bytes32 _id = id;

    /// <summary>Our own place in the key space.</summary>
    public ref readonly Bytes32 Id => ref _id;

    /// <summary>Number of nodes in all rows.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a node, or replaces the one with its id. False when its row is full.</summary>
    public bool TryAdd(RoutingNode node, out List<RoutingNode> row)
    {
        ref var slot = ref _rows[RowOf(node.Id)];
        row = slot ??= new List<RoutingNode>(K);
        for (var i = 0; i < row.Count; i++)
        {
            if (row[i].Id != node.Id)
                continue;
            row[i] = node;
            return true;
        }
        if (row.Count >= K)
            return false;
        row.Add(node);
        Count++;
        return true;
    }

    public bool Remove(in Bytes32 id)
    {
        var row = _rows[RowOf(id)];
        for (var i = 0; row is not null && i < row.Count; i++)
        {
            if (row[i].Id != id)
                continue;
            row.RemoveAt(i);
            Count--;
            return true;
        }
        return false;
    }

    public RoutingNode? Get(in Bytes32 id)
    {
        var row = _rows[RowOf(id)];
        for (var i = 0; row is not null && i < row.Count; i++)
        {
            if (row[i].Id == id)
                return row[i];
        }
        return null;
    }

    /// <summary>A node picked with equal chances, or null when the table is empty.</summary>
    public RoutingNode? PickRandom(IRandomSource random)
    {
        if (Count == 0)
            return null;
        var left = random.Next(Count);
        foreach (var row in _rows)
        {
            if (row is null)
                continue;
            if (left < row.Count)
                return row[left];
            left -= row.Count;
        }
        return null;
    }

    /// <summary>
    /// Fills <paramref name="destination"/> with the nodes nearest to <paramref name="target"/>, nearest first.
    /// </summary>
    /// <returns>How many were found.</returns>
    public int FindClosest(in Bytes32 target, Span<RoutingNode> destination)
    {
        // Rows fall into groups whose distances to the target do not overlap: the target's own row is the nearest, all
        // rows beyond it (they share our bit where the target leaves us) come next together, then the rows before it
        // one by one, each farther than the last. Only inside a group do nodes have to be compared.
        var own = RowOf(target);
        var count = 0;
        Merge(_rows[own], target, destination, ref count, 0);
        var start = count;
        for (var i = own + 1; i < RowCount && start < destination.Length; i++)
            Merge(_rows[i], target, destination, ref count, start);
        for (var i = own - 1; i >= 0 && count < destination.Length; i--)
            Merge(_rows[i], target, destination, ref count, count);
        return count;
    }

    /// <summary>Copies all nodes.</summary>
    public List<RoutingNode> ToList()
    {
        var all = new List<RoutingNode>(Count);
        foreach (var row in _rows)
        {
            if (row is not null)
                all.AddRange(row);
        }
        return all;
    }

    /// <summary>Inserts a row's nodes in order into the group that begins at <paramref name="start"/>.</summary>
    private static void Merge(
        List<RoutingNode>? row,
        in Bytes32 target,
        Span<RoutingNode> destination,
        ref int count,
        int start
    )
    {
        for (var i = 0; row is not null && i < row.Count; i++)
        {
            var node = row[i];
            var at = count;
            while (at > start && NodeId.CompareDistance(target, node.Id, destination[at - 1].Id) < 0)
                at--;
            if (at == destination.Length)
                continue;
            if (count < destination.Length)
                count++;
            destination[at..(count - 1)].CopyTo(destination[(at + 1)..]);
            destination[at] = node;
        }
    }

    private int RowOf(in Bytes32 id) => Math.Min(NodeId.CommonPrefixBits(id, _id), RowCount - 1);
}
