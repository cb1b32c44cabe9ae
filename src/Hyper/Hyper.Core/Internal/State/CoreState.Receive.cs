namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>Hashing so many bytes takes longer than the way to another thread and back.</summary>
    private const long OffloadReceivedBytes = 32 * 1024;

    /// <summary>
    /// Checks answers without upgrades and stores what they prove, in one write. Outcomes are in the order of the proofs.
    /// </summary>
    public Task<ReceiveOutcome[]> ReceiveAsync(IReadOnlyList<TreeProof> proofs) =>
        RunAsync(async () =>
        {
            var group = new ReceivedGroup(proofs);
            var fork = Head.Fork;
            if (group.Bytes > OffloadReceivedBytes)
                await Core.Storage.Store.Loop.OffloadAsync(() => group.Compute(fork));
            else
                group.Compute(fork);
            await Storage.RunAsync(reader => group.Anchor(Head, reader));
            await StoreGroupAsync(proofs, group);
            return group.Outcomes;
        });

    /// <summary>Takes a manifest that came by itself, if the core has none yet and it belongs to the key.</summary>
    public Task<ReceiveOutcome> LearnManifestAsync(Manifest manifest) =>
        RunAsync(async () =>
        {
            if (Core.Verifier is not null)
                return new ReceiveOutcome(ReceiveStatus.Stored, ProofVerdict.Valid);
            if (!manifest.Fits(Core.Key) || manifest.Normalize() is not { } normalized)
                return new ReceiveOutcome(
                    ReceiveStatus.Invalid,
                    ProofVerdict.InvalidSignature("The manifest is not this core's.")
                );
            var auth = Core.WithManifest(normalized);
            using var batch = Storage.NewBatch();
            batch.SetAuth(auth);
            await Storage.WriteAsync(batch);
            Core.Learn(auth);
            return new ReceiveOutcome(ReceiveStatus.Stored, ProofVerdict.Valid);
        });

    private async Task StoreGroupAsync(IReadOnlyList<TreeProof> proofs, ReceivedGroup group)
    {
        using var batch = Storage.NewBatch();
        foreach (var node in group.Fresh)
            batch.PutTreeNode(node);
        var added = new List<ulong>();
        for (var i = 0; i < proofs.Count; i++)
        {
            if (group.Outcomes[i].Status != ReceiveStatus.Stored || proofs[i].Block is not { } block)
                continue;
            if (Core.Bitfield.Get(block.Index))
                continue;
            batch.PutBlock(block.Index, block.Value);
            added.Add(block.Index);
        }
        added.Sort();
        PutBits(batch, added);
        if (batch.Changes.Count > 0)
            await Storage.WriteAsync(batch);
        for (var i = 0; i < added.Count; )
        {
            var start = added[i];
            var end = start + 1;
            for (i++; i < added.Count && added[i] <= end; i++)
                end = added[i] + 1;
            Core.OnBlocksAdded(start, end);
        }
    }

    /// <summary>Sets bits in sorted order, each page once, and moves the contiguous length over them.</summary>
    private void PutBits(CoreBatch batch, List<ulong> indexes)
    {
        var contiguous = ContiguousLength;
        for (var i = 0; i < indexes.Count; )
        {
            var number = Bitfield.PageOf(indexes[i]);
            var page = new BitPage();
            if (Core.Bitfield.FindPage(number) is { } known)
                page.Load(known.AsBytes());
            for (; i < indexes.Count && Bitfield.PageOf(indexes[i]) == number; i++)
            {
                var bit = (int)(indexes[i] % BitPage.Bits);
                page.Fill(bit, bit + 1, true);
                if (indexes[i] == contiguous)
                    contiguous = Core.Bitfield.FirstUnset(contiguous + 1);
            }
            batch.PutBitfieldPage(number, page.AsBytes());
        }
        PutContiguousLength(batch, contiguous);
    }
}
