using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Whether the tree that a proof leads to is signed for a core, also for a core whose manifest is not known yet: then the
/// proof has to bring it. Source: hypercore 11.18.3, lib/core.js, <c>_verifyBatchUpgrade</c>.
/// </summary>
internal static class ProofSignature
{
    /// <param name="key">The core's key.</param>
    /// <param name="known">The verifier of the manifest we have, or null.</param>
    /// <param name="offered">The manifest in the proof, or null.</param>
    /// <param name="tree">What the proof leads to.</param>
    /// <param name="learned">The verifier of a manifest that is new to us; null if nothing was learned.</param>
    public static ProofVerdict Check(
        in Bytes32 key,
        Verifier? known,
        Manifest? offered,
        TreeBatch tree,
        out Verifier? learned
    )
    {
        learned = null;
        var verifier = known;
        if (verifier is null)
        {
            // Without a manifest the core can still be one whose key is a public key.
            var manifest = offered ?? Manifest.ForSigner(key);
            if (!manifest.Fits(key) || manifest.Normalize() is not { } normalized)
                return ProofVerdict.InvalidSignature("The proof has a manifest that is not this core's.");
            verifier = new Verifier(key, normalized);
        }
        if (!verifier.Verify(tree, tree.Signature))
            return ProofVerdict.InvalidSignature("The tree that the proof leads to is not signed.");
        learned = known is null ? verifier : null;
        return ProofVerdict.Valid;
    }
}
