namespace Hyper.Core.Internal;

/// <summary>
/// Higher forks: each peer that is on one proves it, and tells step by step where it differs from what is stored here. The first
/// that is known replaces what differs; then the others are looked at again. None is looked at while a session refuses forks.
/// </summary>
internal sealed partial class Replicator
{
    private bool _isReorging;

    /// <summary>A session that refuses forks was opened, or the last of them closed.</summary>
    public void OnForkRuleChanged()
    {
        foreach (var peer in _peers)
            UpdateReorg(peer);
        ScheduleSoon();
    }

    /// <summary>Begins with a peer's fork if it is higher, and ends with one that it left or that is refused.</summary>
    private void UpdateReorg(ReplicationPeer peer)
    {
        var fork = peer.Remote.Fork;
        var isWanted = fork > Head.Fork && Core.AllowsForks;
        if (peer.Reorg is { } known && (known.Fork != fork || !isWanted))
        {
            if (known.Request is { } request)
                Cancel(request);
            peer.Reorg = null;
        }
        if (isWanted && peer.Reorg is null && peer.Remote.Length > 0 && !_isReorging)
            peer.Reorg = new ReorgDemand(fork);
    }

    private bool AskReorg(ReplicationPeer peer)
    {
        if (peer.Reorg is not { Request: null, IsBusy: false, HasFailed: false } reorg || _isReorging)
            return false;
        if (reorg.Batch is null)
        {
            var proof = new ProofRequest
            {
                Upgrade = new UpgradeRequest(0, peer.Remote.Length),
                Manifest = Core.Verifier is null,
            };
            reorg.Request = peer.Ask(proof, isReorg: true);
            return true;
        }
        if (reorg.Batch.Want is not { } want)
            return false;
        var end = Math.Min(want.End, peer.Remote.Length);
        if (want.Start >= end)
            return false;
        var from = RandomBelow(want.Start, end);
        var index =
            peer.Remote.Blocks.FirstNotIn(_nothing, from, end)
            ?? peer.Remote.Blocks.FirstNotIn(_nothing, want.Start, from);
        if (index is not { } block)
        {
            peer.Want(want.Start, end);
            return false;
        }
        var hash = new HashRequest(2 * block, (ulong)want.Nodes);
        reorg.Request = peer.Ask(new ProofRequest { Hash = hash }, isReorg: true);
        return true;
    }

    private void OnReorgData(PeerRequest request, TreeProof proof)
    {
        var peer = request.Peer;
        if (peer.Reorg is not { } reorg || reorg.Request != request)
            return;
        reorg.Request = null;
        if (_failure is not null || proof.Fork != reorg.Fork || IsEmpty(proof))
        {
            reorg.Failures++;
            return;
        }
        reorg.IsBusy = true;
        Watch(TakeReorgDataAsync(peer, reorg, proof));
    }

    private async Task TakeReorgDataAsync(ReplicationPeer peer, ReorgDemand reorg, TreeProof proof)
    {
        ProofVerdict verdict;
        try
        {
            verdict = reorg.Batch is { } batch
                ? await Core.Storage.RunAsync(reader => batch.Update(proof, reader))
                : await BeginReorgAsync(reorg, proof);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            EndByDamage(error);
            return;
        }
        finally
        {
            reorg.IsBusy = false;
        }
        if (!verdict.IsValid)
            peer.Drop(verdict.Detail!);
        else if (peer.Reorg == reorg && reorg.Batch is { IsFinished: true } && !_isReorging)
            await ApplyReorgAsync(reorg);
        ScheduleSoon();
    }

    private async Task<ProofVerdict> BeginReorgAsync(ReorgDemand reorg, TreeProof proof)
    {
        var head = Head;
        var (verdict, batch) = await Core.Storage.RunAsync(reader =>
        {
            var begun = new ReorgBatch(head, Core.Default.Prologue);
            return (begun.Begin(proof, reader), begun);
        });
        Verifier? learned = null;
        if (verdict.IsValid)
            verdict = ProofSignature.Check(Core.Key, Core.Verifier, proof.Manifest, batch.Tree, out learned);
        if (!verdict.IsValid)
            return verdict;
        if (learned is not null)
            await Core.Default.LearnManifestAsync(learned.Manifest);
        reorg.Batch = batch;
        return verdict;
    }

    private async Task ApplyReorgAsync(ReorgDemand reorg)
    {
        _isReorging = true;
        try
        {
            await Core.Default.ReorgAsync(reorg.Batch!.Tree);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.WriteFailed)
        {
            _failure = error;
            FailDemands(error);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            EndByDamage(error);
        }
        finally
        {
            _isReorging = false;
        }
        // Whatever was compared was compared with the old tree.
        foreach (var peer in _peers.ToArray())
        {
            if (peer.Reorg?.Request is { } request)
                Cancel(request);
            peer.Reorg = null;
            UpdateReorg(peer);
        }
        ScheduleSoon();
    }
}
