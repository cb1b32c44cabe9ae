namespace Hyper.Loop;

/// <summary>
/// The clock of a loop. Its timers are <see cref="LoopTimer"/>s that fire on the loop, whoever created them, so
/// <c>Task.Delay(…, loop.Time)</c> and <c>new CancellationTokenSource(…, loop.Time)</c> obey virtual time too.
/// </summary>
public abstract class LoopTimeProvider(EventLoop loop, TimerQueue timers) : TimeProvider
{
    /// <summary>The loop on which timers fire.</summary>
    public EventLoop Loop { get; } = loop;

    internal TimerQueue Timers { get; } = timers;

    /// <summary>A timer that is not armed yet.</summary>
    public LoopTimer CreateTimer(TimerCallback callback, object? state) => new(this, callback, state);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LoopTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A span of time in ticks of this clock, at least 0.</summary>
    public long ToTicks(TimeSpan span) =>
        span <= TimeSpan.Zero ? 0 : (long)(span.Ticks * ((double)TimestampFrequency / TimeSpan.TicksPerSecond));
}
