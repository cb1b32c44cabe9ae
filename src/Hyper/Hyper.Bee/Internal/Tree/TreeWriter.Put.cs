namespace Hyper.Bee.Internal;

internal sealed partial class TreeWriter
{
    /// <summary>Sets a key. False if it was refused, or would change nothing and that is not to be written.</summary>
    public async ValueTask<bool> PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte>? value,
        BeeCompareAndSwap? compareAndSwap,
        CancellationToken cancellationToken
    )
    {
        var root = await LoadRootAsync(cancellationToken) ?? new WorkingNode();
        var node = root;
        var path = new List<(WorkingNode Node, int Child)>();
        var next = new BeeEntry(Length, key, value);
        while (true)
        {
            // Marked on the way down, even if nothing comes of it: the marks are part of what a batch writes.
            if (!node.IsLeaf)
                node.IsChanged = true;
            var at = await SearchAsync(node, key, cancellationToken);
            if (at >= 0)
            {
                if (!await MayReplaceAsync(node.GetKey(at), next, compareAndSwap, cancellationToken))
                    return false;
                node.SetKey(at, next.Seq);
                return Append(root, next.Seq, key, value);
            }
            if (node.IsLeaf)
            {
                node.Insert(~at, next.Seq);
                break;
            }
            path.Add((node, ~at));
            VerifyDepth(path.Count, node);
            node = await LoadChildAsync(node, ~at, cancellationToken);
        }
        while (node.KeyCount > TreeNode.MaxKeys)
        {
            var (median, right) = node.Split();
            if (path.Count == 0)
            {
                root = new WorkingNode(median, node, right);
                break;
            }
            (var parent, var child) = path[^1];
            path.RemoveAt(path.Count - 1);
            parent.Insert(child, median, right);
            node = parent;
        }
        return Append(root, next.Seq, key, value);
    }

    private async ValueTask<bool> MayReplaceAsync(
        ulong seq,
        BeeEntry next,
        BeeCompareAndSwap? compareAndSwap,
        CancellationToken cancellationToken
    )
    {
        if (compareAndSwap is null && shared.Options.AlwaysDuplicate)
            return true;
        var block = await GetBlockAsync(seq, cancellationToken);
        var current = new BeeEntry(seq, block.Key, block.Value);
        if (compareAndSwap is not null && !await compareAndSwap(current, next))
            return false;
        return shared.Options.AlwaysDuplicate || !HaveSameValue(current, next);
    }

    private static bool HaveSameValue(BeeEntry a, BeeEntry b) =>
        a.Value is { } left && b.Value is { } right
            ? left.Span.SequenceEqual(right.Span)
            : a.Value is null && b.Value is null;
}
