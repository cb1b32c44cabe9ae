namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>
    /// Answers a request, block included. A missing block or node is INVALID_OPERATION. Not queued: it reads what is written.
    /// </summary>
    public async ValueTask<(ProofVerdict Verdict, TreeProof Proof)> ProveAsync(ProofRequest request)
    {
        using var lent = await LendProofAsync(request);
        var proof = lent.Proof;
        if (lent.Verdict.IsValid && proof.Block is { } block)
            proof = proof with { Block = block with { Value = block.Value.ToArray() } };
        return (lent.Verdict, proof);
    }

    /// <summary>As <see cref="ProveAsync"/>, but the block is not copied: it stays until the answer is disposed.</summary>
    public async ValueTask<LentProof> LendProofAsync(ProofRequest request)
    {
        await AwaitFlushAsync();
        var head = Head;
        var (verdict, proof) = await Storage.RunAsync(reader =>
        {
            var outcome = new ProofBuilder(head, Prologue, reader).Build(request, out var built);
            return (outcome, built);
        });
        if (verdict.IsValid && request.Manifest && Core.HasManifest)
            proof = proof with { Manifest = Core.Auth.Manifest };
        if (!verdict.IsValid || proof.Block is not { } block)
            return new LentProof(verdict, proof);
        if (await Storage.LendBlockAsync(block.Index) is { } value)
            return new LentProof(verdict, proof with { Block = block with { Value = value.Memory } }, value);
        // It was cleared or cut meanwhile, and who asked will be told so; or it is damage.
        if (IsDefault && Core.Bitfield.Get(block.Index))
            await ReadInTurnAsync(block.Index);
        return new LentProof(ProofVerdict.InvalidOperation($"Block {block.Index} is not stored."), proof);
    }

    /// <summary>
    /// Checks a foreign proof and stores what it proves. Null if the core moved on meanwhile or the fork is another: the caller
    /// asks again.
    /// </summary>
    public Task<ProofVerdict?> ApplyAsync(TreeProof proof) =>
        RunAsync<ProofVerdict?>(async () =>
        {
            if (proof.Fork != Head.Fork)
                return null;
            var (verdict, tree) = await Storage.RunAsync(reader =>
            {
                var batch = NewTreeBatch();
                return (ProofVerifier.Verify(proof, batch, reader), batch);
            });
            Verifier? learned = null;
            if (verdict.IsValid && tree.IsUpgraded)
                verdict = ProofSignature.Check(Core.Key, Core.Verifier, proof.Manifest, tree, out learned);
            if (verdict.IsValid && proof.Block is { } outside && outside.Index >= tree.Length)
                verdict = ProofVerdict.InvalidOperation(
                    $"Block {outside.Index} is beyond the length of {tree.Length}."
                );
            if (!verdict.IsValid)
                return verdict;
            await StoreProofAsync(proof, tree, learned);
            return verdict;
        });

    private async Task StoreProofAsync(TreeProof proof, TreeBatch tree, Verifier? learned)
    {
        var head = tree.ToHead();
        using var batch = Storage.NewBatch();
        foreach (var node in tree.Nodes)
            batch.PutTreeNode(node);
        if (tree.IsUpgraded)
            batch.SetHead(StoredHead.Of(head));
        var auth = learned is null ? null : Core.WithManifest(learned.Manifest);
        if (auth is not null)
            batch.SetAuth(auth);
        if (proof.Block is { } block)
        {
            batch.PutBlock(block.Index, block.Value);
            PutBits(batch, block.Index, block.Index + 1, true);
            if (block.Index == ContiguousLength)
                PutContiguousLength(batch, Core.Bitfield.FirstUnset(block.Index + 1));
        }
        await Storage.WriteAsync(batch);
        if (auth is not null)
            Core.Learn(auth);
        if (proof.Block is { } stored)
            Core.OnBlocksAdded(stored.Index, stored.Index + 1);
        if (!tree.IsUpgraded)
            return;
        Head = head;
        foreach (var listener in Listeners.ToArray())
            listener.OnAppended();
    }
}
