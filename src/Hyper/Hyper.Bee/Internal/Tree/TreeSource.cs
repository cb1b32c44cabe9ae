using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

/// <summary>
/// Where a tree is read from. Reads complete at once while the blocks are in memory. What they meet is foreign: a walk down
/// ends after <see cref="TreeNode.MaxDepth"/> nodes.
/// </summary>
internal abstract class TreeSource
{
    /// <exception cref="HyperbeeException">BLOCK_NOT_AVAILABLE or DECODING_ERROR.</exception>
    public abstract ValueTask<BeeBlock> GetBlockAsync(ulong seq, CancellationToken cancellationToken);

    /// <summary>The block, if it is in memory.</summary>
    public abstract bool TryGetBlock(ulong seq, [NotNullWhen(true)] out BeeBlock? block);

    public virtual bool TryGetChild(TreeNode node, int i, [NotNullWhen(true)] out TreeNode? child)
    {
        var (seq, offset) = node.GetChild(i);
        child = TryGetBlock(seq, out var block) ? block.GetNode(offset) : null;
        return child is not null;
    }

    public ValueTask<TreeNode> GetChildAsync(TreeNode node, int i, CancellationToken cancellationToken) =>
        TryGetChild(node, i, out var child)
            ? ValueTask.FromResult(child)
            : ReadChildAsync(node.GetChild(i), cancellationToken);

    /// <summary>The position of a key in a node, or the complement of where it would stand.</summary>
    public ValueTask<int> SearchAsync(TreeNode node, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var start = 0;
        var end = node.KeyCount;
        // Without a state machine as long as the blocks are in memory.
        while (start < end)
        {
            var middle = (start + end) >> 1;
            if (!TryGetBlock(node.GetKey(middle), out var block))
                return SearchAsync(node, key, start, end, cancellationToken);
            if (Narrow(key, block, middle, ref start, ref end))
                return ValueTask.FromResult(middle);
        }
        return ValueTask.FromResult(~start);
    }

    /// <summary>The block of a key in the tree below <paramref name="root"/>.</summary>
    public async ValueTask<BeeBlock?> FindAsync(
        TreeNode? root,
        ReadOnlyMemory<byte> key,
        CancellationToken cancellationToken
    )
    {
        var node = root;
        for (var depth = 1; node is not null; depth++)
        {
            // What wrote the nodes on the way to a key last is the key's own newest block, or one that is newer.
            if (node.Holder is { } holder && holder.Key.Span.SequenceEqual(key.Span))
                return holder.IsDeletion() ? null : holder;
            var at = await SearchAsync(node, key, cancellationToken);
            if (at >= 0)
                return await GetBlockAsync(node.GetKey(at), cancellationToken);
            if (node.IsLeaf)
                return null;
            VerifyDepth(depth, node);
            node = await GetChildAsync(node, ~at, cancellationToken);
        }
        return null;
    }

    private async ValueTask<int> SearchAsync(
        TreeNode node,
        ReadOnlyMemory<byte> key,
        int start,
        int end,
        CancellationToken cancellationToken
    )
    {
        while (start < end)
        {
            var middle = (start + end) >> 1;
            var block = await GetBlockAsync(node.GetKey(middle), cancellationToken);
            if (Narrow(key, block, middle, ref start, ref end))
                return middle;
        }
        return ~start;
    }

    /// <summary>One step of a search by halves; true if the key is that of the block.</summary>
    private static bool Narrow(ReadOnlyMemory<byte> key, BeeBlock block, int middle, ref int start, ref int end)
    {
        var order = key.Span.SequenceCompareTo(block.Key.Span);
        if (order < 0)
            end = middle;
        else
            start = middle + 1;
        return order == 0;
    }

    private async ValueTask<TreeNode> ReadChildAsync(
        (ulong Seq, ulong Offset) child,
        CancellationToken cancellationToken
    )
    {
        var block = await GetBlockAsync(child.Seq, cancellationToken);
        return block.GetNode(child.Offset);
    }

    /// <summary>Refuses to go below a node that is already as deep as any tree can be.</summary>
    public static void VerifyDepth(int depth, TreeNode node)
    {
        if (depth >= TreeNode.MaxDepth)
            throw HyperbeeException.InvalidTree(node.Holder?.Seq ?? 0, $"lies {depth} nodes deep");
    }
}
