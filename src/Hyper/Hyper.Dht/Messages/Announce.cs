using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>Value of ANNOUNCE and UNANNOUNCE.</summary>
internal readonly ref struct Announce
{
    public DhtPeer? Peer { get; init; }

    /// <summary>The record as it stands in the message: what the signature covers. Not used for writing.</summary>
    public ReadOnlySpan<byte> PeerBytes { get; init; }

    /// <summary>With a record: the hash of a secret that may renew it. Alone: that secret.</summary>
    public Bytes32? Refresh { get; init; }

    /// <summary>Ed25519 signature of 64 bytes, in place, or empty.</summary>
    public ReadOnlySpan<byte> Signature { get; init; }

    /// <summary>Milliseconds of Unix time at which the topic last changed, or 0. Not signed.</summary>
    public ulong Bump { get; init; }
}
