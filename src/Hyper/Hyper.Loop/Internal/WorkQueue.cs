namespace Hyper.Loop.Internal;

/// <summary>
/// Work posted to a loop from any thread, run in order by the loop. The loop says when it is about to sleep, so that
/// only then does a poster pay for waking it.
/// </summary>
internal sealed class WorkQueue
{
    private readonly Lock _lock = new();
    private List<Item> _queued = [];
    private List<Item> _running = [];
    private bool _isAsleep;
    private bool _isClosed;
    private int _next;

    /// <summary>Adds work; true when the loop sleeps and must be woken.</summary>
    public bool Enqueue(Action<object?> work, object? state)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _queued.Add(new Item(work, state));
                var mustWake = _isAsleep;
                _isAsleep = false;
                return mustWake;
            }
        }
        Drop(state);
        return false;
    }

    /// <summary>
    /// Runs what was queued before the call; work that it posts runs in the next turn. Should an item throw, the
    /// items behind it run with the next call.
    /// </summary>
    public void RunAll()
    {
        if (_next == _running.Count)
        {
            _running.Clear();
            _next = 0;
            lock (_lock)
            {
                _isAsleep = false;
                (_queued, _running) = (_running, _queued);
            }
        }
        while (_next < _running.Count)
        {
            var item = _running[_next++];
            item.Work(item.State);
        }
    }

    /// <summary>Announces a wait; false when there is work and the loop must not sleep.</summary>
    public bool TryBeginSleep(bool hasOtherWork)
    {
        lock (_lock)
        {
            _isAsleep = !hasOtherWork && _queued.Count == 0 && _next == _running.Count;
            return _isAsleep;
        }
    }

    /// <summary>Drops what is queued and all that comes.</summary>
    public void Close()
    {
        Item[] dropped;
        lock (_lock)
        {
            _isClosed = true;
            dropped = [.. _running.Skip(_next), .. _queued];
            _queued.Clear();
        }
        foreach (var item in dropped)
            Drop(item.State);
    }

    /// <summary>Somebody waits for the outcome of a call: it must not wait for ever.</summary>
    private static void Drop(object? state) => (state as ILoopCall)?.Abandon();

    private readonly record struct Item(Action<object?> Work, object? State);
}
