namespace Hyper.Core.Internal;

/// <summary>
/// Which block holds a byte of a core. Where a node is missing, the span of blocks that must hold it is known all the same,
/// and a peer can be asked. Source: hypercore 11.18.3, lib/merkle-tree.js, <c>ByteSeeker</c>.
/// </summary>
/// <param name="IsFound">Whether <paramref name="Start"/> is the block, and <paramref name="Offset"/> the byte in it.</param>
/// <param name="Start">The block, or the first one it can be.</param>
/// <param name="End">One behind the last block it can be.</param>
/// <param name="Offset">Byte in the block.</param>
internal readonly record struct ByteSeek(bool IsFound, ulong Start, ulong End, ulong Offset)
{
    /// <summary>Seeks among stored nodes; the result counts only if <paramref name="nodes"/> is complete afterwards.</summary>
    public static ByteSeek Run(TreeHead head, ulong bytes, ulong padding, TreeReader nodes)
    {
        if (bytes == 0)
            return new(true, 0, 0, 0);
        foreach (var root in head.Roots)
        {
            var size = UnpaddedSize(root, padding);
            if (bytes == size)
                return AtBlock(FlatTree.RightSpan(root.Index) + 2, 0);
            if (bytes < size)
                return Descend(root.Index, bytes, padding, nodes);
            bytes -= size;
        }
        return new(false, head.Length, head.Length, 0);
    }

    /// <summary>Bytes below a node without the padding in front of each block.</summary>
    public static ulong UnpaddedSize(in TreeNode node, ulong padding)
    {
        if (padding == 0)
            return node.Size;
        var pads = (UInt128)padding * FlatTree.LeafCount(node.Index);
        // More padding than bytes is a contradiction; zero keeps the seek inside the tree.
        return pads >= node.Size ? 0 : node.Size - (ulong)pads;
    }

    /// <summary>
    /// The node at which a walk down from <paramref name="root"/> for a byte ends: a leaf, a subtree that begins there, or
    /// the last node whose children are not stored. The byte is known to lie below the root.
    /// </summary>
    public static (ulong Index, ulong Remainder) Walk(ulong root, ulong bytes, ulong padding, TreeReader nodes)
    {
        var index = root;
        while (bytes > 0 && !FlatTree.IsLeaf(index))
        {
            var leftChild = FlatTree.LeftChild(index);
            if (!nodes.TryGet(leftChild, out var left))
                return (index, bytes);
            var size = UnpaddedSize(left, padding);
            if (size > bytes)
            {
                index = leftChild;
                continue;
            }
            bytes -= size;
            index = FlatTree.RightChild(index);
        }
        return (index, bytes);
    }

    private static ByteSeek Descend(ulong root, ulong bytes, ulong padding, TreeReader nodes)
    {
        var (index, rest) = Walk(root, bytes, padding, nodes);
        if (rest == 0)
            return AtBlock(FlatTree.LeftSpan(index), 0);
        return FlatTree.IsLeaf(index)
            ? AtBlock(index, rest)
            : new(false, FlatTree.LeftSpan(index) / 2, (FlatTree.RightSpan(index) / 2) + 1, 0);
    }

    private static ByteSeek AtBlock(ulong leaf, ulong offset) => new(true, leaf / 2, leaf / 2, offset);
}
