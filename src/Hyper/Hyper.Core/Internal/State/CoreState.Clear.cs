namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>
    /// Forgets blocks from <paramref name="start"/> up to but without <paramref name="end"/>, and nodes above the first that
    /// serve no other: from its leaf up, a pair goes as long as no block below the sibling is stored yet. JavaScript does not
    /// look at siblings on the left, and then cannot prove blocks that it still has.
    /// </summary>
    public Task ClearAsync(ulong start, ulong end, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                end = Math.Min(end, Head.Length);
                if (start >= end)
                    return;
                using var batch = Storage.NewBatch();
                if (IsDefault && Changes is null)
                {
                    DeleteUnusedNodes(batch, start);
                    PutBits(batch, start, end, false);
                    PutContiguousLength(batch, Math.Min(ContiguousLength, start));
                }
                batch.DeleteBlocks(start, end);
                await Storage.WriteAsync(batch);
                Changes?.Clear(start, end);
                if (IsDefault && Storage.IsWrittenThrough)
                    Core.OnBlocksRemoved(start, end);
            },
            cancellationToken
        );

    private void DeleteUnusedNodes(CoreBatch batch, ulong start)
    {
        for (var at = 2 * start; !IsRoot(at); at = FlatTree.Parent(at))
        {
            var sibling = FlatTree.Sibling(at);
            var from = FlatTree.LeftSpan(sibling) / 2;
            var count = FlatTree.LeafCount(sibling);
            if (Changes?.HasSet(Core.Bitfield, from, count) ?? Core.Bitfield.HasSet(from, count))
                break;
            batch.DeleteTreeNode(at);
            batch.DeleteTreeNode(sibling);
        }
    }

    private bool IsRoot(ulong index)
    {
        foreach (var root in Head.Roots)
        {
            if (root.Index == index)
                return true;
        }
        return false;
    }
}
