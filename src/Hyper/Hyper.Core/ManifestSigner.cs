using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>One who may sign a core, with Ed25519.</summary>
/// <param name="PublicKey">The signer's public key.</param>
/// <param name="Namespace">Keeps uses of one key apart; part of the core's key, and signed in version 0.</param>
public readonly record struct ManifestSigner(Bytes32 PublicKey, Bytes32 Namespace)
{
    /// <summary>A signer under hypercore's default namespace.</summary>
    public ManifestSigner(Bytes32 publicKey)
        : this(publicKey, Internal.CoreNamespaces.Default) { }
}
