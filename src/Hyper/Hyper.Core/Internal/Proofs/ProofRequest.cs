namespace Hyper.Core.Internal;

/// <summary>What one core asks another for: any mix of a block or hash, a byte, and a longer tree.</summary>
internal sealed record ProofRequest
{
    public BlockRequest? Block { get; init; }

    public HashRequest? Hash { get; init; }

    public SeekRequest? Seek { get; init; }

    public UpgradeRequest? Upgrade { get; init; }

    /// <summary>Whether the manifest is wanted too.</summary>
    public bool Manifest { get; init; }
}
