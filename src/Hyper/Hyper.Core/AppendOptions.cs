using Hyper.Crypto;

namespace Hyper.Core;

/// <summary>How blocks are appended.</summary>
public sealed record AppendOptions
{
    /// <summary>What signs; the session's own by default.</summary>
    public KeyPair? KeyPair { get; init; }

    /// <summary>A finished signature over the longer tree, for cores with several signers.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>
    /// Append only to exactly this length, as it is when the writes before are done; else INVALID_OPERATION, nothing written.
    /// </summary>
    public ulong? ExpectedLength { get; init; }

    /// <summary>Append only under this fork; else INVALID_OPERATION, nothing written.</summary>
    public ulong? ExpectedFork { get; init; }

    /// <summary>Append nothing if the core would become longer than this; no limit by default.</summary>
    public ulong? MaxLength { get; init; }
}
