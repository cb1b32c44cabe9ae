using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// A key under which the blocks of a core are encrypted. Peers replicate and verify what is encrypted; only who has the key
/// reads it. Nothing tells a wrong key from a right one: it gives other bytes.
/// </summary>
/// <remarks>
/// Blocks at one index of one core under one fork share a key stream: named sessions of a core that append at the same index,
/// or a truncation that keeps the fork, show the difference of both blocks to whoever sees both.
/// </remarks>
/// <param name="key">The secret.</param>
/// <param name="isBlockKey">
/// Whether it is the key of the blocks itself. By default that is derived from the secret and the core's key, so that one
/// secret serves many cores.
/// </param>
public sealed class BlockEncryption(Bytes32 key, bool isBlockKey = false)
{
    internal Bytes32 Key { get; } = key;

    internal bool IsBlockKey { get; } = isBlockKey;

    /// <summary>
    /// The key of the blocks of one core: it lets others read that core and no other.
    /// Source: hypercore 11.18.3, <c>Hypercore.blockEncryptionKey</c>.
    /// </summary>
    public static Bytes32 DeriveBlockKey(Bytes32 coreKey, Bytes32 encryptionKey) =>
        Blake2b.Hash(CoreNamespaces.DefaultEncryption.Span, coreKey.Span, encryptionKey.Span);
}
