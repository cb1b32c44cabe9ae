namespace Hyper.Bee.Internal;

/// <summary>Reads a range: says where it stands, and again when the blocks that an answer names are read.</summary>
internal sealed class RangeHint(BeeExtension extension, ulong version, KeyBounds bounds, bool reverse) : ReadHint
{
    private int _covered;

    /// <summary>The walk when it has begun; before, the bounds say enough.</summary>
    public TreeWalk? Walk { get; set; }

    /// <summary>Entries that are still wanted; null for all.</summary>
    public int? Limit { get; set; }

    public override void OnRead()
    {
        if (_covered > 0)
            _covered--;
    }

    public override void OnWait()
    {
        if (_covered > 0)
            return;
        _covered = BeeExtension.HintedBlocks;
        TreePlace[] checkpoint = Walk?.GetCheckpoint() ?? [];
        if (Limit == 0 || (Walk is not null && checkpoint.Length == 0))
            return;
        var message = new IteratorMessage(version, bounds, (ulong)(Limit ?? 0), reverse, checkpoint);
        extension.Broadcast(new ExtensionMessage(Iterator: message), BeeExtension.MaxAnsweredBlocks);
    }
}
