namespace Hyper.Udx.Internal;

/// <summary>
/// Round-trip time in microseconds: smoothed, its variation, the windowed minimum, and the retransmission timeout made
/// of them (RFC 6298, with the bounds of libudx). Fed only from packets that were sent once.
/// </summary>
internal sealed class RttEstimator
{
    public const long InitialTimeout = 1 * MicrosecondClock.Second;
    public const long MinTimeout = 1 * MicrosecondClock.Second;
    public const long MaxTimeout = 30 * MicrosecondClock.Second;

    /// <summary>A sample above this and far outside the variation is cut, as a suspended peer would make.</summary>
    public const long OutlierFrom = 5 * MicrosecondClock.Second;

    private readonly WindowedMin _min = new(window: 300 * MicrosecondClock.Second);
    private long _variation;
    private long _latestAt;

    /// <summary>Smoothed round trip, or 0 before the first sample.</summary>
    public long Smoothed { get; private set; }

    /// <summary>Smallest round trip of the last 300 seconds, or 0 before the first sample.</summary>
    public long Min => HasSample ? _min.Value : 0;

    /// <summary>The latest sample.</summary>
    public long Latest { get; private set; }

    public bool HasSample { get; private set; }

    /// <summary>
    /// The shortest round trip that is believed at this moment: the minimum, and while a sample is at hand that is not older
    /// than the packets on the way, half of that. Where a queue stands, the minimum alone would believe nearly everything.
    /// </summary>
    public long Shortest(long now) => now - _latestAt <= 2 * Smoothed ? Math.Max(Min, Latest / 2) : Min;

    /// <summary>Retransmission timeout without back-off.</summary>
    public long Timeout { get; private set; } = InitialTimeout;

    public void OnSample(long rtt, long now)
    {
        rtt = Math.Max(rtt, 1);
        var ceiling = HasSample ? Math.Min(Smoothed + 5 * _variation, MaxTimeout) : MaxTimeout;
        if (rtt > OutlierFrom && rtt > ceiling)
            rtt = ceiling;
        Latest = rtt;
        _latestAt = now;
        _min.Update(rtt, now);
        if (!HasSample)
        {
            HasSample = true;
            Smoothed = rtt;
            _variation = rtt / 2;
        }
        else
        {
            _variation = (3 * _variation + Math.Abs(Smoothed - rtt)) / 4;
            Smoothed = (7 * Smoothed + rtt) / 8;
        }
        Timeout = Math.Clamp(Smoothed + 4 * _variation, MinTimeout, MaxTimeout);
    }
}
