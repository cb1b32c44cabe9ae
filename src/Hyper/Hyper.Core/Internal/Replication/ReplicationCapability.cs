using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Shows on one connection that its sender knows a core's key, without telling the key. Source: hypercore 11.18.3, lib/caps.js,
/// <c>replicate</c>.
/// </summary>
internal static class ReplicationCapability
{
    /// <param name="isInitiator">Whether the side that sends it began the connection.</param>
    /// <param name="key">The core's key.</param>
    /// <param name="handshakeHash">The 64 bytes that both sides of the connection have in common.</param>
    public static Bytes32 Compute(bool isInitiator, in Bytes32 key, ReadOnlySpan<byte> handshakeHash)
    {
        var space = isInitiator ? CoreNamespaces.ReplicateInitiator : CoreNamespaces.ReplicateResponder;
        return Blake2b.KeyedHash(handshakeHash, space.Span, key.Span);
    }
}
