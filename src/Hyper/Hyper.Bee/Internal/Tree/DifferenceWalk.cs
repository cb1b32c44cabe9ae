namespace Hyper.Bee.Internal;

/// <summary>
/// Walks through two versions of a tree side by side, and passes over what both point to. Each side keeps the order of its
/// keys under watch, so the walk ends whatever the blocks say.
/// </summary>
internal sealed class DifferenceWalk(TreeSource source, KeyBounds bounds)
{
    private readonly TreeWalk _left = new(source, bounds, reverse: false);
    private readonly TreeWalk _right = new(source, bounds, reverse: false);

    public async ValueTask OpenAsync(TreeNode? left, TreeNode? right, CancellationToken cancellationToken)
    {
        await _left.OpenAsync(left, cancellationToken);
        await _right.OpenAsync(right, cancellationToken);
    }

    /// <summary>The next key that differs: its entries, of which one may be absent; null at the end.</summary>
    public async ValueTask<(BeeBlock? Left, BeeBlock? Right)?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var hasLeft = _left.TryPeek(out var left);
            var hasRight = _right.TryPeek(out var right);
            if (!hasLeft && !hasRight)
                return null;
            if (hasLeft && hasRight && left == right)
            {
                // Keys are looked at on one side: that they grow there ends the walk.
                if (!left.IsKey)
                    _left.Skip();
                else if (await _left.TakeAsync(cancellationToken) is null)
                    return null;
                _right.Skip();
                continue;
            }
            var order =
                !hasLeft ? 1
                : !hasRight ? -1
                : await CompareAsync(cancellationToken);
            if ((!hasLeft || left.IsKey) && (!hasRight || right.IsKey))
            {
                var before = order <= 0 ? await _left.TakeAsync(cancellationToken) : null;
                var after = order >= 0 ? await _right.TakeAsync(cancellationToken) : null;
                return before is null && after is null ? null : (before, after);
            }
            // A child that reaches further may hold the other: it is opened first, both if they reach equally far.
            var isLeftOpened = hasLeft && !left.IsKey && (!hasRight || right.IsKey || order >= 0);
            var isRightOpened = hasRight && !right.IsKey && (!hasLeft || left.IsKey || order <= 0);
            if (isLeftOpened)
                await _left.EnterAsync(cancellationToken);
            if (isRightOpened)
                await _right.EnterAsync(cancellationToken);
        }
    }

    /// <summary>Which side ends first; one without end is last.</summary>
    private async ValueTask<int> CompareAsync(CancellationToken cancellationToken)
    {
        var left = await _left.GetEdgeAsync(cancellationToken);
        var right = await _right.GetEdgeAsync(cancellationToken);
        if (left is null || right is null)
            return (left is null ? 1 : 0) - (right is null ? 1 : 0);
        return left.Key.Span.SequenceCompareTo(right.Key.Span);
    }
}
