using Hyper.Loop;

namespace Hyper.SecretStream.Internal;

/// <summary>
/// Calls back when nothing has happened for a period, and again after each further one. What happens only notes the
/// time (<see cref="Touch"/>); the timer is moved when it fires, so a busy stream does not churn the loop's timers.
/// </summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly LoopTimeProvider _time;
    private readonly LoopTimer _timer;
    private readonly Action _onIdle;
    private long _periodTicks;
    private long _lastTouch;

    public IdleTimer(LoopTimeProvider time, TimeSpan period, Action onIdle)
    {
        _time = time;
        _onIdle = onIdle;
        _timer = time.CreateTimer(static state => ((IdleTimer)state!).OnTimer(), this);
        Restart(period);
    }

    public void Touch() => _lastTouch = _time.GetTimestamp();

    public void Restart(TimeSpan period)
    {
        _periodTicks = _time.ToTicks(period);
        Touch();
        _timer.ArmAt(_lastTouch + _periodTicks);
    }

    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        var now = _time.GetTimestamp();
        var isIdle = now - _lastTouch >= _periodTicks;
        if (isIdle)
            _lastTouch = now;
        _timer.ArmAt(_lastTouch + _periodTicks);
        if (isIdle)
            _onIdle();
    }
}
