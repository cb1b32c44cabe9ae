using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>
/// The key under which a core is announced and its replication channel is opened: it does not reveal the core's key.
/// Source: hypercore-crypto 3.7.0, index.js, <c>discoveryKey</c>.
/// </summary>
public static class DiscoveryKey
{
    /// <summary>BLAKE2b("hypercore"; key = <paramref name="key"/>).</summary>
    public static Bytes32 From(in Bytes32 key) => Blake2b.KeyedHash(key.Span, "hypercore"u8);
}
