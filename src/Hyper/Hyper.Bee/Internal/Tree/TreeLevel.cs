namespace Hyper.Bee.Internal;

/// <summary>A node as a block wrote it. Immutable but for where it stands, which is set once.</summary>
internal sealed class TreeLevel(ulong[] keys, ulong[] children) : TreeNode
{
    public override int KeyCount => keys.Length;

    public override int ChildCount => children.Length / 2;

    public override BeeBlock? Holder { get; set; }

    /// <summary>The position in the index of its block.</summary>
    public ulong Offset { get; set; }

    public override ulong GetKey(int i) => keys[i];

    public override (ulong Seq, ulong Offset) GetChild(int i) => (children[2 * i], children[(2 * i) + 1]);

    public bool HasKey(ulong seq) => keys.AsSpan().Contains(seq);
}
