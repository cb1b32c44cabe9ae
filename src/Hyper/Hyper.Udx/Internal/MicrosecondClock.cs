using Hyper.Loop;

namespace Hyper.Udx.Internal;

/// <summary>
/// The loop's clock in whole microseconds: fine enough for round trips on loopback, and 64 bits never overflow.
/// libudx counts milliseconds; nothing of that is visible on the wire.
/// </summary>
internal sealed class MicrosecondClock
{
    public const long Millisecond = 1_000;
    public const long Second = 1_000_000;

    private readonly LoopTimeProvider _time;
    private readonly long _ticksPerMicrosecond;

    public MicrosecondClock(LoopTimeProvider time)
    {
        _time = time;
        _ticksPerMicrosecond = time.TimestampFrequency / Second;
        if (_ticksPerMicrosecond < 1)
            throw new ArgumentException("The loop's clock must tick at least once a microsecond.", nameof(time));
    }

    public long Now => _time.GetTimestamp() / _ticksPerMicrosecond;

    public long ToTimestamp(long microseconds) => microseconds * _ticksPerMicrosecond;

    public LoopTimer CreateTimer(TimerCallback callback, object state) => _time.CreateTimer(callback, state);
}
