namespace Hyper.Core;

/// <summary>Which blocks are downloaded. By default all, and those that come later too.</summary>
public sealed record DownloadRange
{
    /// <summary>The first block.</summary>
    public ulong Start { get; init; }

    /// <summary>One behind the last block; null, the default, for no end: such a download goes on until it is disposed.</summary>
    public ulong? End { get; init; }

    /// <summary>Single blocks in place of a stretch.</summary>
    public IReadOnlyList<ulong>? Blocks { get; init; }

    /// <summary>
    /// Ask every peer for the first missing block first. No by default: each peer begins at a place of its own, so that peers
    /// which have parts get different ones.
    /// </summary>
    public bool IsLinear { get; init; }
}
