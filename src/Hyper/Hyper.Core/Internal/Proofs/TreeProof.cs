namespace Hyper.Core.Internal;

/// <summary>The answer to a <see cref="ProofRequest"/>: nodes from which the asker can compute a root it knows or has verified.</summary>
internal sealed record TreeProof
{
    public ulong Fork { get; init; }

    public BlockProof? Block { get; init; }

    public HashProof? Hash { get; init; }

    public SeekProof? Seek { get; init; }

    public UpgradeProof? Upgrade { get; init; }

    public Manifest? Manifest { get; init; }
}
