namespace Hyper.Core.Internal;

/// <summary>What is wanted here. Every wait ends once: with what it waits for, an error, its deadline, or its cancellation.</summary>
internal sealed partial class Replicator
{
    private readonly Dictionary<ulong, BlockDemand> _blocks = [];

    // Blocks for which somebody waits, or that a late peer owes, in the order in which they are asked for.
    private readonly LinkedList<BlockDemand> _queue = new();
    private readonly List<RangeDemand> _ranges = [];

    // Stored or on its way; made for the first range, which passes over what is in it.
    private Bitfield? _marked;

    /// <summary>Waits for a block from a peer.</summary>
    public Task<byte[]> GetBlockAsync(ulong index, ulong length, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        var demand = GetOrAddBlock(index);
        var wait = new BlockWait(NewOutcome<byte[]>(), index < length);
        demand.Waits.Add(wait);
        Enqueue(demand);
        ScheduleSoon();
        return AwaitAsync(wait.Outcome, timeout, $"Block {index}", () => Abandon(demand, wait), cancellationToken);
    }

    /// <summary>Downloads blocks; the range ends by its outcome, or when it is removed.</summary>
    public void Add(RangeDemand range)
    {
        if (FindEnd() is { } end)
        {
            range.Outcome.TrySetException(end);
            return;
        }
        if (_marked is null)
            MarkAll();
        if (range.Advance(Core.Bitfield))
        {
            range.Outcome.TrySetResult();
            return;
        }
        _ranges.Add(range);
        ScheduleSoon();
    }

    public void Remove(RangeDemand range)
    {
        if (!_ranges.Remove(range) || _ranges.Count > 0)
            return;
        foreach (var demand in _blocks.Values.Where(demand => demand.Waits.Count == 0 && !demand.IsArrived).ToArray())
            Discard(demand);
    }

    private static TaskCompletionSource<T> NewOutcome<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for an outcome until its deadline; whatever ends the wait, <paramref name="end"/> takes it out.</summary>
    private async Task<T> AwaitAsync<T>(
        TaskCompletionSource<T> outcome,
        TimeSpan timeout,
        string what,
        Action end,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await outcome.WithinAsync(Time, timeout, () => TimedOut(what, timeout), cancellationToken);
        }
        finally
        {
            end();
        }
    }

    private HypercoreException TimedOut(string what, TimeSpan timeout) =>
        new(
            HypercoreErrorCode.RequestTimeout,
            $"{what} of core {Core.Key.ToHex()[..8]} did not come from any of {_peers.Count} peers within {timeout}."
        );

    private void ThrowIfEnded()
    {
        if (FindEnd() is { } end)
            throw end;
    }

    /// <summary>Why nothing can be waited for any more; null as long as it can.</summary>
    private HypercoreException? FindEnd() =>
        _failure
        ?? (_isClosed ? new HypercoreException(HypercoreErrorCode.SessionClosed, "The store is closed.") : null);

    private BlockDemand GetOrAddBlock(ulong index)
    {
        if (_blocks.TryGetValue(index, out var demand))
            return demand;
        demand = new BlockDemand(index);
        _blocks.Add(index, demand);
        return demand;
    }

    private void Enqueue(BlockDemand demand)
    {
        if (demand.IsQueued || demand.IsArrived || demand.Requests.Exists(request => !request.IsLate))
            return;
        demand.IsQueued = true;
        _queue.AddLast(demand);
    }

    private void Abandon(BlockDemand demand, BlockWait wait)
    {
        if (demand.Waits.Remove(wait) && demand.Waits.Count == 0 && !demand.IsArrived)
            Discard(demand);
    }

    /// <summary>Nobody waits for it any more: what is on its way is cancelled. A range finds it again if it wants it.</summary>
    private void Discard(BlockDemand demand)
    {
        Forget(demand);
        _marked?.SetRange(demand.Index, demand.Index + 1, Core.Bitfield.Get(demand.Index));
        ScheduleSoon();
    }

    private void Forget(BlockDemand demand)
    {
        _blocks.Remove(demand.Index);
        if (demand.IsQueued)
            _queue.Remove(demand);
        demand.IsQueued = false;
        foreach (var request in demand.Requests)
            Cancel(request);
        demand.Requests.Clear();
    }

    private void Resolve(BlockDemand demand, ReadOnlyMemory<byte> value)
    {
        Forget(demand);
        foreach (var wait in demand.Waits)
            wait.Outcome.TrySetResult(value.ToArray());
        demand.Waits.Clear();
    }

    /// <summary>Blocks that came another way: appended here, or with what an atom wrote.</summary>
    private void ResolveStored()
    {
        foreach (var demand in _blocks.Values.ToArray())
        {
            if (Core.Bitfield.Get(demand.Index) && !demand.IsArrived)
                Watch(ResolveStoredAsync(demand));
        }
        ResolveRanges();
    }

    private async Task ResolveStoredAsync(BlockDemand demand)
    {
        demand.IsArrived = true;
        byte[]? block;
        try
        {
            block = await Core.Storage.GetSoundBlockAsync(demand.Index);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            Core.NoteDamage(error);
            foreach (var wait in demand.Waits)
                wait.Outcome.TrySetException(error);
            return;
        }
        finally
        {
            demand.IsArrived = false;
        }
        if (block is not null)
            Resolve(demand, block);
        else if (demand.Waits.Count > 0)
            Enqueue(demand);
    }

    private void ResolveRanges()
    {
        for (var i = _ranges.Count - 1; i >= 0; i--)
        {
            var range = _ranges[i];
            if (!range.Advance(Core.Bitfield))
                continue;
            _ranges.RemoveAt(i);
            range.Outcome.TrySetResult();
        }
    }

    /// <summary>A truncation ends waits for blocks that were there when they began.</summary>
    private void EndWaitsAbove(ulong length)
    {
        foreach (var demand in _blocks.Values.Where(demand => demand.Index >= length).ToArray())
        {
            foreach (var wait in demand.Waits.Where(wait => wait.IsBelowLength).ToArray())
            {
                wait.Outcome.TrySetException(
                    new HypercoreException(
                        HypercoreErrorCode.SnapshotNotAvailable,
                        $"Block {demand.Index} was cut from the core."
                    )
                );
            }
        }
    }

    private void FailDemands(HypercoreException reason)
    {
        foreach (var demand in _blocks.Values.ToArray())
        {
            foreach (var wait in demand.Waits)
                wait.Outcome.TrySetException(reason);
        }
        foreach (var range in _ranges)
            range.Outcome.TrySetException(reason);
        foreach (var seek in _seeks)
            seek.Outcome.TrySetException(reason);
        foreach (var update in _updates)
            update.Outcome.TrySetException(reason);
        _ranges.Clear();
    }

    private void MarkAll()
    {
        _marked = new Bitfield();
        foreach (var (number, page) in Core.Bitfield.Pages)
            _marked.Load(number, page.AsBytes());
        foreach (var demand in _blocks.Values)
        {
            if (demand.Requests.Count > 0 || demand.IsArrived)
                _marked.SetRange(demand.Index, demand.Index + 1, true);
        }
    }
}
