namespace Hyper.Bee.Internal;

/// <summary>
/// A reference to a child of a node that is being changed. It is an object because a batch shares it: the tree and the
/// indexes of blocks that wait to be written look at the same one, and what is written depends on that.
/// </summary>
internal sealed class ChildReference(ulong seq, ulong offset, WorkingNode? node)
{
    /// <summary>The block that wrote the child; 0 if the child was merged away.</summary>
    public ulong Seq { get; set; } = seq;

    public ulong Offset { get; set; } = offset;

    /// <summary>The child, once it was loaded for a change.</summary>
    public WorkingNode? Node { get; set; } = node;
}
