using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// What a proof says that carries everything with it but the manifest: that a core is signed up to a length, and what one of its
/// blocks is. Source: hypercore 11.18.3, lib/fully-remote-proof.js.
/// </summary>
public sealed record RemoteProof
{
    /// <summary>The core's key.</summary>
    public required Bytes32 Key { get; init; }

    /// <summary>Its discovery key.</summary>
    public required Bytes32 DiscoveryKey { get; init; }

    /// <summary>The fork that is signed.</summary>
    public required ulong Fork { get; init; }

    /// <summary>The length that is signed.</summary>
    public required ulong Length { get; init; }

    /// <summary>Whether that is longer than what is stored here.</summary>
    public required bool IsNewer { get; init; }

    /// <summary>Which block is proven, if one is.</summary>
    public ulong? Index { get; init; }

    /// <summary>The block, as it is stored: of an encrypted core it is encrypted. Empty without <see cref="Index"/>.</summary>
    public ReadOnlyMemory<byte> Block { get; init; }
}
