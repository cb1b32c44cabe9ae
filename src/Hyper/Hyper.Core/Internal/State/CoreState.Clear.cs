namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>
    /// Forgets blocks from <paramref name="start"/> up to but without <paramref name="end"/>, and the nodes that served only
    /// them. A pair of nodes goes when no block below either is stored: JavaScript looks at the wrong sibling for an odd start,
    /// and then cannot prove a block it still has.
    /// </summary>
    public Task ClearAsync(ulong start, ulong end, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                end = Math.Min(end, Head.Length);
                if (start >= end)
                    return;
                using var batch = Storage.NewBatch();
                if (IsDefault)
                {
                    DeleteUnusedNodes(batch, start, end);
                    PutBits(batch, start, end, false);
                    PutContiguousLength(batch, Math.Min(ContiguousLength, start));
                }
                batch.DeleteBlocks(start, end);
                var isWritten = await Storage.WriteAsync(batch);
                if (IsDefault && isWritten)
                    Core.OnBlocksRemoved(start, end);
            },
            cancellationToken
        );

    private void DeleteUnusedNodes(CoreBatch batch, ulong start, ulong end)
    {
        for (var at = 2 * start; !IsRoot(at); at = FlatTree.Parent(at))
        {
            var sibling = FlatTree.Sibling(at);
            if (IsUsed(at, start, end) || IsUsed(sibling, start, end))
                break;
            batch.DeleteTreeNode(at);
            batch.DeleteTreeNode(sibling);
        }
    }

    /// <summary>Whether a block below the node stays.</summary>
    private bool IsUsed(ulong index, ulong start, ulong end)
    {
        var from = FlatTree.LeftSpan(index) / 2;
        var to = (FlatTree.RightSpan(index) / 2) + 1;
        var kept = from < start ? Core.Bitfield.HasSet(from, Math.Min(to, start) - from) : false;
        return kept || (to > end && Core.Bitfield.HasSet(Math.Max(from, end), to - Math.Max(from, end)));
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
