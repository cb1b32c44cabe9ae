using Hyper.Crypto;

namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>Cuts the state to a length, under a new fork.</summary>
    public Task<CoreLength> TruncateAsync(
        ulong length,
        ulong? fork,
        KeyPair? keyPair,
        ReadOnlyMemory<byte> signature,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            async () =>
            {
                if (Prologue is { } prologue && length < prologue.Length)
                    throw new HypercoreException(HypercoreErrorCode.InvalidOperation, "The prologue cannot be cut.");
                if (length > Head.Length)
                    throw new HypercoreException(
                        HypercoreErrorCode.InvalidOperation,
                        $"{length} is more than the length of {Head.Length}: not a truncation."
                    );
                var tree = NewTreeBatch();
                tree.TruncateTo(length, await GetRootsAsync(length));
                tree.Fork = fork ?? Head.Fork + 1;
                if (length > 0)
                    Sign(tree, keyPair, signature);
                await CutAsync(tree);
                return new CoreLength(Head.Length, Head.ByteLength);
            },
            cancellationToken
        );

    /// <summary>Replaces the state by a verified fork. False if the state moved on since the fork was compared.</summary>
    public Task<bool> ReorgAsync(TreeBatch tree) =>
        RunAsync(async () =>
        {
            if (!tree.IsCommittable(Head))
                return false;
            await CutAsync(tree);
            return true;
        });

    private async Task CutAsync(TreeBatch tree)
    {
        var (to, from) = (tree.Ancestors, Head.Length);
        var head = tree.ToHead();
        using var batch = Storage.NewBatch();
        batch.DeleteBlocks(to, from);
        DeleteNodes(batch, to, from);
        foreach (var node in tree.Nodes)
            batch.PutTreeNode(node);
        batch.SetHead(StoredHead.Of(head));
        var dependency = head.Length < FlushedLength ? NewDependency(head.Length, truncated: true) : null;
        if (dependency is { } changed)
            batch.SetDependency(changed);
        if (IsDefault)
        {
            PutBits(batch, to, from, false);
            PutContiguousLength(batch, Math.Min(ContiguousLength, to));
        }
        await Storage.WriteAsync(batch);
        if (dependency is { } written)
            TakeDependency(written);
        OnTruncated(head, to, from, Storage.IsWrittenThrough);
    }

    /// <summary>
    /// Deletes the nodes that the tree of <paramref name="to"/> blocks does not have. JavaScript leaves those on the left edge
    /// above the first that begins at block 0; we take them too, up to what covered <paramref name="from"/> blocks.
    /// </summary>
    private static void DeleteNodes(CoreBatch batch, ulong to, ulong from)
    {
        if (to >= from)
            return;
        batch.DeleteTreeNodes(2 * to, 2 * from);
        if (to == 0)
            return;
        for (
            var at = (2 * to) - 2;
            FlatTree.RightSpan(at) < 2 * from || FlatTree.LeftSpan(at) != 0;
            at = FlatTree.Parent(at)
        )
        {
            if (FlatTree.Contains(at, 2 * to) && at < 2 * to)
                batch.DeleteTreeNode(at);
        }
    }

    private CoreDependency? NewDependency(ulong length, bool truncated)
    {
        var at = Storage.FindDependency(length, truncated);
        return at < 0 ? null : Storage.Dependencies[at] with { Length = length };
    }

    private async ValueTask<TreeNode[]> GetRootsAsync(ulong length)
    {
        var (complete, roots) = await Storage.RunAsync(reader =>
        {
            var all = TreeQueries.TryGetRoots(length, reader, out var found);
            return (all, found);
        });
        return complete
            ? roots
            : throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                $"A root of length {length} is not stored."
            );
    }
}
