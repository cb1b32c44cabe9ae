using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// A change to a tree that is being worked out: appended blocks, a verified upgrade, a truncation. It knows the head it
/// started from and every node it made; nothing is stored until its owner writes it. Used by one operation, on the loop.
/// </summary>
internal sealed class TreeBatch
{
    private readonly List<TreeNode> _roots;
    private Bytes32? _hash;

    public TreeBatch(TreeHead head, ManifestPrologue? prologue = null)
    {
        Base = head;
        Prologue = prologue;
        Fork = head.Fork;
        Length = head.Length;
        ByteLength = head.ByteLength;
        Ancestors = head.Length;
        Signature = head.Signature;
        _roots = [.. head.Roots];
        Nodes = [];
    }

    private TreeBatch(TreeBatch other)
    {
        Base = other.Base;
        Prologue = other.Prologue;
        Fork = other.Fork;
        Length = other.Length;
        ByteLength = other.ByteLength;
        Ancestors = other.Ancestors;
        Signature = other.Signature;
        IsUpgraded = other.IsUpgraded;
        _roots = [.. other._roots];
        Nodes = [.. other.Nodes];
    }

    /// <summary>What the batch was started from.</summary>
    public TreeHead Base { get; }

    public ManifestPrologue? Prologue { get; }

    public ulong Fork { get; set; }

    public ulong Length { get; private set; }

    public ulong ByteLength { get; private set; }

    /// <summary>How many blocks of the base remain; below its length only for truncations and reorgs.</summary>
    public ulong Ancestors { get; set; }

    public ReadOnlyMemory<byte> Signature { get; set; }

    /// <summary>Whether roots were appended or removed: such a batch needs a signature and moves the head.</summary>
    public bool IsUpgraded { get; set; }

    /// <summary>Nodes to store, in the order they were made.</summary>
    public List<TreeNode> Nodes { get; }

    public ReadOnlySpan<TreeNode> Roots => CollectionsMarshal.AsSpan(_roots);

    public Bytes32 ComputeHash() => _hash ??= TreeHash.Tree(Roots);

    /// <summary>Whether the batch may still be applied to a core that is at <paramref name="head"/> now.</summary>
    public bool IsCommittable(TreeHead head) =>
        head.Fork == Base.Fork && (IsUpgraded ? head.Length == Base.Length : head.Length >= Base.Length);

    public TreeHead ToHead() =>
        new()
        {
            Fork = Fork,
            Length = Length,
            ByteLength = ByteLength,
            Roots = ImmutableCollectionsMarshal.AsImmutableArray(_roots.ToArray()),
            Signature = Signature,
        };

    public TreeBatch Clone() => new(this);

    /// <summary>Appends a block of so many bytes by the hash of its leaf.</summary>
    public void Append(int bytes, in Bytes32 leaf) => AppendRoot(new TreeNode(2 * Length, (ulong)bytes, leaf));

    /// <summary>
    /// Puts a subtree behind the last root and joins it with the roots before it, as far as they are siblings. Every node
    /// on the way is kept for storing.
    /// </summary>
    public void AppendRoot(in TreeNode node)
    {
        _hash = null;
        IsUpgraded = true;
        Length += FlatTree.LeafCount(node.Index);
        ByteLength += node.Size;
        var last = node;
        Nodes.Add(last);
        while (_roots.Count > 0 && FlatTree.Sibling(last.Index) == _roots[^1].Index)
        {
            last = TreeHash.Parent(_roots[^1], last);
            _roots.RemoveAt(_roots.Count - 1);
            Nodes.Add(last);
        }
        _roots.Add(last);
    }

    /// <summary>Replaces the roots, which must be the full roots of <paramref name="length"/>: a truncation.</summary>
    public void TruncateTo(ulong length, ReadOnlySpan<TreeNode> roots)
    {
        _hash = null;
        IsUpgraded = true;
        _roots.Clear();
        _roots.AddRange(roots);
        Length = length;
        Ancestors = length;
        ByteLength = 0;
        foreach (ref readonly var root in roots)
            ByteLength += root.Size;
    }

    /// <summary>Begins from nothing, with the base kept for comparison: what a foreign fork is verified into.</summary>
    public void Clear()
    {
        _hash = null;
        _roots.Clear();
        Length = 0;
        ByteLength = 0;
        Ancestors = 0;
    }

    /// <summary>Whether the roots are those that the length has, and the numbers are ones JavaScript could count.</summary>
    public bool IsWellFormed()
    {
        if (Length > FlatTree.MaxLength || ByteLength > CompactEncoding.MaxSafeInteger)
            return false;
        if (_roots.Count != FlatTree.CountRoots(Length))
            return false;
        var at = 0;
        foreach (var index in FlatTree.FullRoots(Length))
        {
            if (_roots[at++].Index != index)
                return false;
        }
        return true;
    }
}
