namespace Hyper.Bee.Internal;

internal sealed partial class TreeWriter
{
    /// <summary>Removes a key. False if there is none, or it was refused.</summary>
    public async ValueTask<bool> DeleteAsync(
        ReadOnlyMemory<byte> key,
        BeeCompareAndSwap? compareAndSwap,
        CancellationToken cancellationToken
    )
    {
        if (await LoadRootAsync(cancellationToken) is not { } root)
            return false;
        var path = new List<WorkingNode> { root };
        var at = await SearchAsync(root, key, cancellationToken);
        while (at < 0)
        {
            var node = path[^1];
            if (node.IsLeaf)
                return false;
            VerifyDepth(path.Count, node);
            path.Add(await LoadChildAsync(node, ~at, cancellationToken));
            at = await SearchAsync(path[^1], key, cancellationToken);
        }
        var next = new BeeEntry(Length, key, null);
        if (compareAndSwap is not null)
        {
            var block = await GetBlockAsync(path[^1].GetKey(at), cancellationToken);
            if (!await compareAndSwap(new BeeEntry(block.Seq, block.Key, block.Value), next))
                return false;
        }
        // Whatever fails from here on fails half way.
        _isBroken = true;
        await TakeOutAsync(path, at, cancellationToken);
        foreach (var node in path)
            node.IsChanged = true;
        root = await RebalanceAsync(path, cancellationToken);
        _isBroken = false;
        return Append(root, next.Seq, key, null);
    }

    /// <summary>Takes a key out of the last node of the path; out of an inner one by moving up its neighbour in a leaf.</summary>
    private async ValueTask TakeOutAsync(List<WorkingNode> path, int at, CancellationToken cancellationToken)
    {
        var node = path[^1];
        if (node.IsLeaf)
        {
            node.Remove(at);
            return;
        }
        var left = await LoadEdgeAsync(node, at, path.Count, toTheLeft: false, cancellationToken);
        var right = await LoadEdgeAsync(node, at + 1, path.Count, toTheLeft: true, cancellationToken);
        var isRight = left[^1].KeyCount < right[^1].KeyCount;
        var edge = isRight ? right : left;
        if (edge[^1].KeyCount == 0)
            throw HyperbeeException.InvalidTree(Version - 1, "leads to an empty leaf");
        path.AddRange(edge);
        node.SetKey(at, isRight ? edge[^1].TakeFirstKey() : edge[^1].TakeLastKey());
    }

    /// <summary>The nodes from a child down to its first leaf, or to its last.</summary>
    private async ValueTask<List<WorkingNode>> LoadEdgeAsync(
        WorkingNode parent,
        int child,
        int depth,
        bool toTheLeft,
        CancellationToken cancellationToken
    )
    {
        var edge = new List<WorkingNode> { await LoadChildAsync(parent, child, cancellationToken) };
        while (!edge[^1].IsLeaf)
        {
            var node = edge[^1];
            VerifyDepth(depth + edge.Count, node);
            edge.Add(await LoadChildAsync(node, toTheLeft ? 0 : node.ChildCount - 1, cancellationToken));
        }
        return edge;
    }

    /// <summary>Fills nodes that have too few keys, from the bottom up. Gives the root, which may be another one.</summary>
    private async ValueTask<WorkingNode> RebalanceAsync(List<WorkingNode> path, CancellationToken cancellationToken)
    {
        var root = path[0];
        for (var depth = path.Count - 1; depth > 0; depth--)
        {
            var node = path[depth];
            if (node.KeyCount >= TreeNode.MinKeys)
                return root;
            var parent = path[depth - 1];
            var at = parent.IndexOf(node);
            var left = at > 0 ? await LoadSiblingAsync(parent, at - 1, node, cancellationToken) : null;
            var right =
                at < parent.ChildCount - 1 ? await LoadSiblingAsync(parent, at + 1, node, cancellationToken) : null;
            if (left is { KeyCount: > TreeNode.MinKeys })
            {
                node.BorrowFromLeft(left, parent, at - 1);
                return root;
            }
            if (right is { KeyCount: > TreeNode.MinKeys })
            {
                node.BorrowFromRight(right, parent, at);
                return root;
            }
            if (left is not null)
            {
                left.Merge(node, parent.GetKey(at - 1));
                parent.Remove(at - 1);
            }
            else if (right is not null)
            {
                node.Merge(right, parent.GetKey(at));
                parent.Remove(at);
            }
            else
                throw HyperbeeException.InvalidTree(Version - 1, "leads to a node with a single child");
        }
        return root.KeyCount > 0 || root.IsLeaf ? root : await LoadChildAsync(root, 0, cancellationToken);
    }

    private async ValueTask<WorkingNode> LoadSiblingAsync(
        WorkingNode parent,
        int i,
        WorkingNode node,
        CancellationToken cancellationToken
    )
    {
        var sibling = await LoadChildAsync(parent, i, cancellationToken);
        if (sibling.IsLeaf != node.IsLeaf)
            throw HyperbeeException.InvalidTree(Version - 1, "leads to neighbours of different depth");
        return sibling;
    }
}
