namespace Hyper.Core.Internal;

/// <summary>
/// Two signed histories of one fork: whoever has the key signed twice. An answer that does not fit our tree may be the first sign
/// of it, so before a peer is given up for one it is asked to prove its tree. If both are signed, the core is frozen: nothing more
/// is replicated, and everybody connected is shown our proof.
/// </summary>
internal sealed partial class Replicator
{
    private static readonly TimeSpan _conflictDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Proofs that a peer may send unasked before they are ignored: each costs checking a signature.</summary>
    private const int MaxConflictProofs = 4;

    /// <summary>The peer's answer does not verify.</summary>
    private void OnInvalid(ReplicationPeer peer, ProofVerdict verdict)
    {
        var length = Math.Min(Head.Length, peer.Remote.Length);
        var mayBeConflict =
            verdict.Code != HypercoreErrorCode.InvalidOperation
            && length > 0
            && peer.IsOpen
            && peer.Remote.Fork == Head.Fork
            && Core.Verifier is not null;
        if (!mayBeConflict)
        {
            peer.Drop(verdict.Detail!);
            return;
        }
        if (!peer.IsSuspect)
            Watch(SuspectAsync(peer, length, verdict.Detail!));
    }

    private async Task SuspectAsync(ReplicationPeer peer, ulong length, string reason)
    {
        peer.IsSuspect = true;
        foreach (var request in peer.TakeAll())
            Release(request);
        peer.AskForConflict(length);
        await Task.Delay(_conflictDeadline, Time);
        if (!Core.IsFrozen && peer.IsOpen)
            peer.Drop(reason);
    }

    public void OnConflictProof(ReplicationPeer peer, TreeProof proof)
    {
        if (Core.IsFrozen || Core.Verifier is null || ++peer.ConflictProofs > MaxConflictProofs)
            return;
        Watch(CheckConflictAsync(peer, proof));
    }

    private async Task CheckConflictAsync(ReplicationPeer peer, TreeProof proof)
    {
        var upgrade = proof.Upgrade!;
        var head = Head;
        if (proof.Fork != head.Fork || upgrade.Length == 0 || upgrade.Length > head.Length)
            return;
        if (!TryVerifyWhole(proof, out var theirs))
        {
            peer.Drop("A peer was asked to prove its tree, and the proof is not signed.");
            return;
        }
        var (verdict, own) = await Core.Default.ProveAsync(
            new ProofRequest { Upgrade = new UpgradeRequest(0, upgrade.Length) }
        );
        if (!verdict.IsValid || own.Upgrade is null || !TryVerifyWhole(own, out _) || Head != head)
            return;
        if (TreeHash.Tree(own.Upgrade.Nodes) == TreeHash.Tree(upgrade.Nodes))
        {
            // One and the same history: what did not fit was made up.
            if (peer.IsSuspect)
                peer.Drop("An answer did not fit the tree that the peer itself proves.");
            return;
        }
        Freeze(proof.Fork, Math.Min(upgrade.Length, theirs.Length));
    }

    /// <summary>Whether a proof from the beginning leads to a signed tree.</summary>
    private bool TryVerifyWhole(TreeProof proof, out TreeBatch tree)
    {
        tree = new TreeBatch(TreeHead.Empty with { Fork = proof.Fork }, Core.Default.Prologue);
        return ProofVerifier.VerifyDetached(proof, tree, out var left).IsValid
            && left is null
            && Core.Verifier!.Verify(tree, tree.Signature);
    }

    private void Freeze(ulong fork, ulong length)
    {
        Core.Freeze(length, fork);
        // Who comes later hears of it too.
        _failure = new HypercoreException(
            HypercoreErrorCode.Conflict,
            $"Two conflicting signatures exist for length {length} of core {Core.Key.ToHex()[..8]}."
        );
        FailDemands(_failure);
        foreach (var peer in _peers.ToArray())
            Watch(ShowConflictAsync(peer));
    }

    private async Task ShowConflictAsync(ReplicationPeer peer)
    {
        var length = Math.Min(Head.Length, peer.Remote.Length);
        if (length > 0 && peer.Remote.Fork == Head.Fork)
        {
            var request = new ProofRequest { Upgrade = new UpgradeRequest(0, length) };
            var (verdict, proof) = await Core.Default.ProveAsync(request);
            if (verdict.IsValid && proof.Upgrade is not null && peer.IsOpen)
                peer.ShowConflict(proof);
        }
        if (peer.IsOpen)
            peer.Close();
    }
}
