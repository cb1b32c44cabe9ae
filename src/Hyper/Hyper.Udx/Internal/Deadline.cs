using Hyper.Loop;

namespace Hyper.Udx.Internal;

/// <summary>
/// A timer whose due time moves with nearly every packet. Moving it later, or clearing it, touches no queue: the timer
/// underneath fires early, finds the true due time and goes back to sleep. Belongs to one stream on its loop.
/// </summary>
internal sealed class Deadline
{
    private const long Never = long.MaxValue;

    private readonly MicrosecondClock _clock;
    private readonly LoopTimer _timer;
    private readonly Action _expired;
    private long _due = Never;
    private long _armed = Never;

    public Deadline(MicrosecondClock clock, Action expired)
    {
        _clock = clock;
        _expired = expired;
        _timer = clock.CreateTimer(static state => ((Deadline)state!).OnTimer(), this);
    }

    public bool IsSet => _due != Never;

    public void Set(long due)
    {
        _due = due;
        if (due >= _armed)
            return;
        _armed = due;
        _timer.ArmAt(_clock.ToTimestamp(due));
    }

    public void Clear() => _due = Never;

    /// <summary>Clears it and leaves nothing in the loop's queue: for a stream that goes away.</summary>
    public void Remove()
    {
        _due = _armed = Never;
        _timer.Disarm();
    }

    private void OnTimer()
    {
        _armed = Never;
        var due = _due;
        if (due == Never)
            return;
        if (_clock.Now < due)
        {
            Set(due);
            return;
        }
        _due = Never;
        _expired();
    }
}
