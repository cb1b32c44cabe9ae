namespace Hyper.Bee.Internal;

/// <summary>What a bee, its sub-databases and its checkouts have in common. Belongs to the loop.</summary>
internal sealed class BeeShared(HyperbeeOptions options)
{
    public HyperbeeOptions Options { get; } = options;

    public BlockCache Cache { get; } = new(options.MaxCacheBytes);

    public BeeLock Lock { get; } = new();

    public List<HyperbeeWatcher> Watchers { get; } = [];

    public List<HyperbeeEntryWatcher> EntryWatchers { get; } = [];

    /// <summary>What is said to peers; null if nothing is.</summary>
    public BeeExtension? Extension { get; set; }

    public bool IsClosed { get; set; }
}
