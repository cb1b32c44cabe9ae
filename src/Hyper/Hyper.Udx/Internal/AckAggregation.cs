namespace Hyper.Udx.Internal;

/// <summary>
/// How many more bytes are acknowledged at once than the bandwidth explains. Peers acknowledge once per turn of their
/// loop, and radio links in bursts; without this allowance the window would run dry between two bursts.
/// </summary>
internal sealed class AckAggregation
{
    private const int WindowRounds = 10;
    private const long MaxExtra = 100 * MicrosecondClock.Millisecond;

    private readonly WindowedMax _extra = new(WindowRounds);
    private long _epochBeganAt;
    private long _epochAcknowledged;

    /// <summary>Bytes to allow on top of the window.</summary>
    public long Extra { get; private set; }

    public void Restart(long now)
    {
        _epochBeganAt = now;
        _epochAcknowledged = 0;
    }

    public void Update(in AckSample sample, long bandwidth, long window, long round)
    {
        if (sample.Acknowledged == 0 || bandwidth == 0)
            return;
        var expected = (long)((double)bandwidth * (sample.Now - _epochBeganAt) / MicrosecondClock.Second);
        if (_epochAcknowledged <= expected)
        {
            Restart(sample.Now);
            expected = 0;
        }
        _epochAcknowledged += sample.Acknowledged;
        _extra.Update(Math.Min(_epochAcknowledged - expected, window), round);
        Extra = Math.Min(_extra.Value, (long)((double)bandwidth * MaxExtra / MicrosecondClock.Second));
    }
}
