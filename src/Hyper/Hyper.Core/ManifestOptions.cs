using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>What a <see cref="Manifest"/> is made from; everything has the default that JavaScript gives it.</summary>
public sealed record ManifestOptions
{
    /// <summary>0 to 3; by default 2 with <see cref="Linked"/> or <see cref="UserData"/>, else 1.</summary>
    public int? Version { get; init; }

    /// <summary>The hash of the tree; "blake2b", and no other is known.</summary>
    public string Hash { get; init; } = "blake2b";

    /// <summary>Whether a signer may sign a longer tree and prove that ours is its beginning. No by default.</summary>
    public bool AllowPatch { get; init; }

    /// <summary>How many signers it takes; more than half of them by default.</summary>
    public int? Quorum { get; init; }

    /// <summary>Who may sign. None: only a prologue is valid.</summary>
    public IReadOnlyList<ManifestSigner> Signers { get; init; } = [];

    /// <summary>The part that needs no signature.</summary>
    public ManifestPrologue? Prologue { get; init; }

    /// <summary>Keys of cores that belong to this one (version 2 and above).</summary>
    public IReadOnlyList<Bytes32>? Linked { get; init; }

    /// <summary>Bytes of the application (version 2 and above).</summary>
    public ReadOnlyMemory<byte>? UserData { get; init; }
}
