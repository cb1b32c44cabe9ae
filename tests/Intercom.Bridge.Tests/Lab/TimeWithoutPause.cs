namespace Intercom.Bridge.Tests.Lab;

/// <summary>The system's time, but pauses of one length pass at once and are counted.</summary>
internal sealed class TimeWithoutPause(TimeSpan pause) : TimeProvider
{
    private int _pauses;

    public int Pauses => Volatile.Read(ref _pauses);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != pause)
            return base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _pauses);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
