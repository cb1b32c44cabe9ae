namespace Hyper.Bee.Internal;

/// <summary>
/// A node of the B-tree: keys as the blocks that hold them, and between them children. Either as it was written
/// (<see cref="TreeLevel"/>), or being changed (<see cref="WorkingNode"/>).
/// </summary>
internal abstract class TreeNode
{
    /// <summary>Fewer keys in a node that is not the root are too few after a deletion.</summary>
    public const int MinKeys = 4;

    public const int MaxKeys = 8;

    public const int MaxChildren = MaxKeys + 1;

    /// <summary>A tree so deep would have more keys than a core can hold, with nodes filled by JavaScript's rules.</summary>
    public const int MaxDepth = 64;

    public abstract int KeyCount { get; }

    public abstract int ChildCount { get; }

    public bool IsLeaf => ChildCount == 0;

    /// <summary>The block that wrote this node; null if it is being changed.</summary>
    public abstract BeeBlock? Holder { get; set; }

    /// <summary>The block that holds key <paramref name="i"/>.</summary>
    public abstract ulong GetKey(int i);

    /// <summary>The block that wrote a child, and the position in its index.</summary>
    public abstract (ulong Seq, ulong Offset) GetChild(int i);
}
