namespace Hyper.Core;

/// <summary>What a check of everything that is stored of a core has found.</summary>
public sealed record CoreAudit
{
    /// <summary>How many blocks were read and hashed.</summary>
    public ulong Blocks { get; init; }

    /// <summary>Blocks that are marked as stored and are not there.</summary>
    public ulong MissingBlocks { get; init; }

    /// <summary>Blocks that do not have the hash of their leaf.</summary>
    public ulong WrongBlocks { get; init; }

    /// <summary>Blocks that cannot be proved: a node between them and a root is not stored.</summary>
    public ulong UnprovableBlocks { get; init; }

    /// <summary>Nodes that are not the parent of their children, or do not decode.</summary>
    public ulong WrongNodes { get; init; }

    /// <summary>Whether the tree is signed as the manifest demands; true as long as there is nothing to sign or no manifest.</summary>
    public bool IsSigned { get; init; } = true;

    /// <summary>The first thing that is wrong; null if nothing is.</summary>
    public string? FirstProblem { get; init; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean => FirstProblem is null;
}
