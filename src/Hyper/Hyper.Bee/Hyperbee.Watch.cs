namespace Hyper.Bee;

public sealed partial class Hyperbee
{
    /// <summary>Watches a range from now on. Only the bee itself and its sub-databases can be watched.</summary>
    /// <exception cref="HyperbeeException">INVALID_OPERATION for a version of the past.</exception>
    public async Task<HyperbeeWatcher> WatchAsync(BeeRange? range = null)
    {
        VerifyWatchable();
        var epoch = _shared.Cache.Epoch;
        var current = await SnapshotAsync();
        var watcher = new HyperbeeWatcher(this, range ?? BeeRange.All, current);
        _shared.Watchers.Add(watcher);
        // Cut while the snapshot was taken: that may show what was before.
        if (epoch != _shared.Cache.Epoch)
            watcher.OnChanged(isTruncation: true);
        return watcher;
    }

    /// <summary>The entry of a key, kept up to date until the watcher is closed.</summary>
    /// <inheritdoc cref="GetAsync" path="/exception"/>
    public async Task<HyperbeeEntryWatcher> GetAndWatchAsync(
        ReadOnlyMemory<byte> key,
        CancellationToken cancellationToken = default
    )
    {
        VerifyWatchable();
        var watcher = new HyperbeeEntryWatcher(this, key);
        // Added first: a change during the first read is not missed.
        _shared.EntryWatchers.Add(watcher);
        await watcher.OpenAsync(cancellationToken);
        return watcher;
    }

    internal void Forget(HyperbeeWatcher watcher) => _shared.Watchers.Remove(watcher);

    internal void Forget(HyperbeeEntryWatcher watcher) => _shared.EntryWatchers.Remove(watcher);

    private void OnAppended() => TellWatchers(isTruncation: false);

    private void OnTruncated(ulong length, ulong fork)
    {
        _shared.Cache.Truncate(length);
        TellWatchers(isTruncation: true);
    }

    private void TellWatchers(bool isTruncation)
    {
        // Copies: what a watcher tells may close it.
        foreach (var watcher in _shared.Watchers.ToArray())
            watcher.OnChanged(isTruncation);
        foreach (var watcher in _shared.EntryWatchers.ToArray())
            watcher.OnChanged(isTruncation);
    }

    private void VerifyWatchable()
    {
        VerifyOpen();
        if (_checkout != 0)
            throw HyperbeeException.InvalidOperation("A version of the past never changes: watch the bee itself.");
    }
}
