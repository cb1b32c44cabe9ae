namespace Hyper.Loop;

/// <summary>
/// A timer of one loop. Changing it on the loop allocates nothing; from another thread the change is posted.
/// After <see cref="Dispose"/> returns on the loop, the callback does not run again.
/// </summary>
public sealed class LoopTimer : ITimer
{
    private readonly LoopTimeProvider _owner;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private long _period;
    private bool _disposed;

    internal LoopTimer(LoopTimeProvider owner, TimerCallback callback, object? state)
    {
        _owner = owner;
        _callback = callback;
        _state = state;
    }

    internal int HeapIndex { get; set; } = -1;

    /// <summary>Whether the timer waits to fire.</summary>
    public bool IsArmed => HeapIndex >= 0;

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
            return false;
        if (_owner.Loop.IsCurrent)
            Apply(dueTime, period);
        else
            _owner.Loop.Post(static s => ((Delayed)s!).Apply(), new Delayed(this, dueTime, period));
        return true;
    }

    /// <summary>Arms the timer for one call after <paramref name="dueTime"/>. Called on the loop.</summary>
    public void Arm(TimeSpan dueTime) => Apply(dueTime, Timeout.InfiniteTimeSpan);

    /// <summary>Arms the timer for one call at <paramref name="timestamp"/> of the loop's clock. Called on the loop.</summary>
    public void ArmAt(long timestamp)
    {
        if (_disposed)
            return;
        _period = 0;
        _owner.Timers.Arm(this, timestamp);
    }

    /// <summary>Takes the timer back if it waits. Called on the loop.</summary>
    public void Disarm() => _owner.Timers.Disarm(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        if (_owner.Loop.IsCurrent)
            Disarm();
        else
            _owner.Loop.Post(static s => ((LoopTimer)s!).Disarm(), this);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal void Fire(long now)
    {
        if (_disposed)
            return;
        if (_period > 0)
            _owner.Timers.Arm(this, now + _period);
        _callback(_state);
    }

    private void Apply(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
            return;
        _period = period > TimeSpan.Zero ? _owner.ToTicks(period) : 0;
        if (dueTime == Timeout.InfiniteTimeSpan)
            Disarm();
        else
            _owner.Timers.Arm(this, _owner.GetTimestamp() + _owner.ToTicks(dueTime));
    }

    private sealed record Delayed(LoopTimer Timer, TimeSpan DueTime, TimeSpan Period)
    {
        public void Apply() => Timer.Apply(DueTime, Period);
    }
}
