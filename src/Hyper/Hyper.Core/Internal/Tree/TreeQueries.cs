namespace Hyper.Core.Internal;

/// <summary>Small questions to a tree. Results count only if the reader is complete afterwards.</summary>
internal static class TreeQueries
{
    /// <summary>
    /// Bytes before the subtree at <paramref name="index"/>: the roots left of it and the left siblings on the way down.
    /// JavaScript (11.8 to 11.37) answers NaN below any root but the first; the wire does not depend on it.
    /// </summary>
    public static bool TryGetByteOffset(TreeHead head, ulong index, TreeReader nodes, out ulong offset)
    {
        offset = 0;
        foreach (var root in head.Roots)
        {
            if (!FlatTree.Contains(root.Index, index))
            {
                if (FlatTree.RightSpan(root.Index) > index)
                    return false;
                offset += root.Size;
                continue;
            }
            for (var at = root.Index; at != index; )
            {
                var left = FlatTree.LeftChild(at);
                if (FlatTree.Contains(left, index))
                {
                    at = left;
                    continue;
                }
                if (!nodes.TryGet(left, out var node))
                    return false;
                offset += node.Size;
                at = FlatTree.RightChild(at);
            }
            return true;
        }
        return index == 2 * head.Length;
    }

    /// <summary>
    /// How many levels above a block are missing here: what a request for it asks for. Zero where the block is not below the
    /// length.
    /// </summary>
    public static int CountMissingNodes(ulong index, ulong length, TreeReader nodes)
    {
        var head = 2 * length;
        if (FlatTree.RightSpan(index) >= head)
            return 0;
        var count = 0;
        while (!FlatTree.Contains(index, head) && !nodes.TryGet(index, out _))
        {
            count++;
            index = FlatTree.Parent(index);
        }
        return count;
    }

    /// <summary>The roots of the first <paramref name="length"/> blocks; false if one is not stored.</summary>
    public static bool TryGetRoots(ulong length, TreeReader nodes, out TreeNode[] roots)
    {
        roots = new TreeNode[FlatTree.CountRoots(length)];
        var at = 0;
        var complete = true;
        foreach (var index in FlatTree.FullRoots(length))
            complete &= nodes.TryGet(index, out roots[at++]);
        return complete;
    }
}
