namespace Hyper.Bee.Internal;

/// <summary>
/// Walks through a tree in the order of its keys, or against it. Keys have to grow on the way, which ends the walk through
/// a tree that is none.
/// </summary>
internal sealed class TreeWalk(TreeSource source, KeyBounds bounds, bool reverse)
{
    private readonly List<Place> _path = [];
    private BeeBlock? _last;

    /// <summary>Goes to the first entry that is wanted.</summary>
    public async ValueTask OpenAsync(TreeNode? root, CancellationToken cancellationToken)
    {
        if (root is null)
            return;
        if ((reverse ? bounds.Upper : bounds.Lower) is not { } start)
        {
            Enter(root);
            return;
        }
        var isIncluded = reverse ? bounds.HasUpper : bounds.HasLower;
        for (var node = root; ; )
        {
            var at = await source.SearchAsync(node, start, cancellationToken);
            if (at >= 0)
            {
                // Steps count children (even) and keys (odd) together, from the left.
                _path.Add(new Place(node, isIncluded ? Key(at) : Beside(at)));
                return;
            }
            // The child is entered now; the walk goes on with the key beside it.
            _path.Add(new Place(node, reverse ? Key(~at - 1) : Key(~at)));
            if (node.IsLeaf)
                return;
            TreeSource.VerifyDepth(_path.Count, node);
            node = await source.GetChildAsync(node, ~at, cancellationToken);
        }
    }

    /// <summary>Goes on where another walk through the same version stood.</summary>
    public async ValueTask ResumeAsync(IReadOnlyList<TreePlace> checkpoint, CancellationToken cancellationToken)
    {
        foreach (var (seq, offset, step) in checkpoint)
        {
            var block = await source.GetBlockAsync(seq, cancellationToken);
            _path.Add(new Place(block.GetNode(offset), step));
        }
    }

    /// <summary>Where the walk stands: the nodes from the root down. None at its end.</summary>
    public TreePlace[] GetCheckpoint()
    {
        var places = new List<TreePlace>();
        foreach (var (node, step) in _path)
        {
            if (step >= 0 && node is TreeLevel { Holder: { } holder } level)
                places.Add(new TreePlace(holder.Seq, level.Offset, step));
        }
        return [.. places];
    }

    /// <summary>The next entry; null at the end.</summary>
    public ValueTask<BeeBlock?> NextAsync(CancellationToken cancellationToken)
    {
        // Without a state machine as long as the blocks are in memory.
        while (TryPeek(out var item))
        {
            if (item.IsKey)
                return TakeAsync(cancellationToken);
            var entering = EnterAsync(cancellationToken);
            if (!entering.IsCompletedSuccessfully)
                return NextAsync(entering, cancellationToken);
        }
        return ValueTask.FromResult<BeeBlock?>(null);
    }

    /// <summary>What comes next: a key, or a child with everything below it. False at the end.</summary>
    public bool TryPeek(out Item item)
    {
        while (_path.Count > 0)
        {
            var (node, step) = _path[^1];
            if (step < 0 || step > 2 * node.KeyCount)
            {
                _path.RemoveAt(_path.Count - 1);
                continue;
            }
            if ((step & 1) == 1)
            {
                item = new Item(true, node.GetKey(step >> 1), 0);
                return true;
            }
            if (!node.IsLeaf)
            {
                var (seq, offset) = node.GetChild(step >> 1);
                item = new Item(false, seq, offset);
                return true;
            }
            Skip();
        }
        item = default;
        return false;
    }

    /// <summary>Passes over what comes next.</summary>
    public void Skip()
    {
        var (node, step) = _path[^1];
        _path[^1] = new Place(node, reverse ? step - 1 : step + 1);
    }

    /// <summary>Goes into the child that comes next.</summary>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        var (node, step) = _path[^1];
        TreeSource.VerifyDepth(_path.Count, node);
        // Passed over when it is here: until then the path shows where the walk stands.
        if (!source.TryGetChild(node, step >> 1, out var child))
            return EnterAsync(source.GetChildAsync(node, step >> 1, cancellationToken));
        Skip();
        Enter(child);
        return ValueTask.CompletedTask;
    }

    /// <summary>The entry of the key that comes next; null, and the end, if it is beyond the bounds.</summary>
    public ValueTask<BeeBlock?> TakeAsync(CancellationToken cancellationToken)
    {
        var (node, step) = _path[^1];
        var seq = node.GetKey(step >> 1);
        return source.TryGetBlock(seq, out var block)
            ? ValueTask.FromResult(Take(block))
            : TakeAsync(source.GetBlockAsync(seq, cancellationToken));
    }

    /// <summary>The key that comes next, or that is right of the child that does; null if there is none.</summary>
    public async ValueTask<BeeBlock?> GetEdgeAsync(CancellationToken cancellationToken)
    {
        for (var i = _path.Count - 1; i >= 0; i--)
        {
            var (node, step) = _path[i];
            if (step >> 1 < node.KeyCount)
                return await source.GetBlockAsync(node.GetKey(step >> 1), cancellationToken);
        }
        return null;
    }

    private async ValueTask<BeeBlock?> NextAsync(ValueTask entering, CancellationToken cancellationToken)
    {
        await entering;
        return await NextAsync(cancellationToken);
    }

    private async ValueTask EnterAsync(ValueTask<TreeNode> child)
    {
        var entered = await child;
        Skip();
        Enter(entered);
    }

    private async ValueTask<BeeBlock?> TakeAsync(ValueTask<BeeBlock> block) => Take(await block);

    private BeeBlock? Take(BeeBlock block)
    {
        VerifyOrder(block);
        Skip();
        if (!(reverse ? bounds.IsBelow(block.Key) : bounds.IsBeyond(block.Key)))
            return block;
        _path.Clear();
        return null;
    }

    private static int Key(int i) => (2 * i) + 1;

    /// <summary>The child behind a key, in the direction of the walk.</summary>
    private int Beside(int i) => reverse ? 2 * i : (2 * i) + 2;

    private void Enter(TreeNode node) => _path.Add(new Place(node, reverse ? 2 * node.KeyCount : 0));

    private void VerifyOrder(BeeBlock block)
    {
        if (_last is not null && block.Key.Span.SequenceCompareTo(_last.Key.Span) is var order)
        {
            if (reverse ? order >= 0 : order <= 0)
                throw HyperbeeException.InvalidTree(block.Seq, $"has a key out of order behind block {_last.Seq}");
        }
        _last = block;
    }

    /// <summary>A key, as the block that holds it; or a child, as the block that wrote it and the position there.</summary>
    public readonly record struct Item(bool IsKey, ulong Seq, ulong Offset);

    private readonly record struct Place(TreeNode Node, int Step);
}
