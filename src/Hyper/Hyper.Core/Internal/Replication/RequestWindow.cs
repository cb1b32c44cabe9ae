namespace Hyper.Core.Internal;

/// <summary>
/// How many requests a peer may have at once: more as long as its answers come as fast as they did when it had few, fewer
/// when they queue up. In ticks of the loop's clock. Belongs to its peer.
/// </summary>
internal sealed class RequestWindow(long ticksPerSecond)
{
    /// <summary>The range is JavaScript's. Source: hypercore 11.18.3, lib/replicator.js, <c>DEFAULT_MAX_INFLIGHT</c>.</summary>
    public const int Min = 16;
    public const int Max = 512;

    private const int Initial = 64;

    /// <summary>Below this, a wait in a queue costs nobody anything.</summary>
    private readonly long _slack = ticksPerSecond / 20;

    /// <summary>A route changes; what was quickest a while ago may not be possible any more.</summary>
    private readonly long _memory = 10 * ticksPerSecond;

    private double _size = Initial;
    private long _quickest = long.MaxValue;
    private long _quickestAt;
    private long _shrunkAt;

    public int Size => (int)_size;

    /// <summary>How long the last answer took; 0 before the first.</summary>
    public long Latency { get; private set; }

    /// <param name="now">When the answer came.</param>
    /// <param name="latency">Since its request was sent.</param>
    /// <param name="wasFull">Whether the window held requests back; if not, a larger one would change nothing.</param>
    public void OnAnswer(long now, long latency, bool wasFull)
    {
        Latency = latency;
        if (latency <= _quickest || now - _quickestAt > _memory)
            (_quickest, _quickestAt) = (latency, now);
        if (latency <= (2 * _quickest) + _slack)
        {
            if (wasFull)
                _size = Math.Min(Max, _size + 1);
        }
        else if (latency > (4 * _quickest) + (2 * _slack) && now - _shrunkAt > latency)
        {
            _shrunkAt = now;
            _size = Math.Max(Min, _size * 0.75);
        }
    }
}
