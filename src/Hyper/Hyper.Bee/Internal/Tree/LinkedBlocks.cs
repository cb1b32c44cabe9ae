namespace Hyper.Bee.Internal;

/// <summary>
/// Which blocks a version of a tree is made of: those that hold its keys, and those that wrote its nodes. A node that is met a
/// second time ends the walk: no tree leads to one twice.
/// </summary>
internal sealed class LinkedBlocks(TreeSource source)
{
    private readonly HashSet<ulong> _blocks = [];
    private readonly HashSet<(ulong Seq, ulong Offset)> _nodes = [];

    public bool Contains(ulong seq) => _blocks.Contains(seq);

    /// <summary>Walks through the whole tree below a root, which is node 0 of block <paramref name="seq"/>.</summary>
    /// <exception cref="HyperbeeException">BLOCK_NOT_AVAILABLE, DECODING_ERROR or INVALID_TREE.</exception>
    public async Task AddAsync(TreeNode root, ulong seq, CancellationToken cancellationToken)
    {
        _blocks.Add(seq);
        _nodes.Add((seq, 0));
        var open = new Stack<TreeNode>();
        open.Push(root);
        while (open.TryPop(out var node))
        {
            for (var i = 0; i < node.KeyCount; i++)
                _blocks.Add(node.GetKey(i));
            for (var i = 0; i < node.ChildCount; i++)
            {
                var child = node.GetChild(i);
                if (!_nodes.Add(child))
                    throw HyperbeeException.InvalidTree(child.Seq, $"is led to twice (node {child.Offset})");
                _blocks.Add(child.Seq);
                open.Push(await source.GetChildAsync(node, i, cancellationToken));
            }
        }
    }
}
