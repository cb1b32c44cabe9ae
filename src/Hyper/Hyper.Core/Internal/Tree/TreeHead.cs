using System.Collections.Immutable;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>The tree of a core at one moment: what a reader may hold while the core moves on. Immutable.</summary>
internal sealed record TreeHead
{
    public static TreeHead Empty { get; } = new();

    /// <summary>How often the core was truncated.</summary>
    public ulong Fork { get; init; }

    /// <summary>Number of blocks.</summary>
    public ulong Length { get; init; }

    /// <summary>Bytes of all blocks.</summary>
    public ulong ByteLength { get; init; }

    /// <summary>The full roots of <see cref="Length"/>, from left to right.</summary>
    public ImmutableArray<TreeNode> Roots { get; init; } = [];

    /// <summary>Signature bytes over this tree; empty if there are none.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    public Bytes32 ComputeHash() => TreeHash.Tree(Roots.AsSpan());
}
