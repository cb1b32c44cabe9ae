using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    /// <summary>
    /// Checks a proof of <see cref="Hypercore.CreateRemoteProofAsync"/> against a core whose manifest is stored here. Nothing is
    /// stored of it.
    /// </summary>
    /// <param name="proof">Foreign bytes.</param>
    /// <param name="referrer">If given, the core's user data "referrer" has to be this.</param>
    /// <returns>Null if the core is not here, or the proof proves nothing.</returns>
    public async Task<RemoteProof?> VerifyRemoteProofAsync(
        ReadOnlyMemory<byte> proof,
        ReadOnlyMemory<byte>? referrer = null
    )
    {
        Loop.VerifyAccess();
        VerifyOpen();
        if (
            proof.Length < Bytes32.Length
            || !DataCodec.TryRead(proof.Span[Bytes32.Length..], out var message, out _)
            || message.Proof.Upgrade is not { Start: 0 }
        )
            return null;
        var discoveryKey = new Bytes32(proof.Span[..Bytes32.Length]);
        if (await ResumeAsync(discoveryKey) is not { } storage || await storage.GetAuthAsync() is not { } auth)
            return null;
        if (referrer is { } wanted)
        {
            var stored = await storage.GetUserDataAsync("referrer");
            if (stored is null || !wanted.Span.SequenceEqual(stored))
                return null;
        }
        var core = await OpenCoreAsync(new HypercoreOptions { Key = auth.Key, CreateIfMissing = false }, alias: null);
        if (core.Verifier is not { Manifest.Signers.Count: > 0 } verifier)
            return null;
        var tree = new TreeBatch(TreeHead.Empty);
        // A block beside the tree that is signed would not be proven; JavaScript lets that pass.
        if (
            !ProofVerifier.VerifyDetached(message.Proof, tree, out var outside).IsValid
            || outside is not null
            || !verifier.Verify(tree, tree.Signature)
        )
            return null;
        return new RemoteProof
        {
            Key = auth.Key,
            DiscoveryKey = discoveryKey,
            Fork = tree.Fork,
            Length = tree.Length,
            IsNewer = tree.Length > core.Default.Head.Length,
            Index = message.Proof.Block?.Index,
            Block = message.Proof.Block?.Value ?? default,
        };
    }
}
