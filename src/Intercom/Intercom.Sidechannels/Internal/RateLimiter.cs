namespace Intercom.Sidechannels.Internal;

/// <summary>
/// One peer's share: a bucket of bytes that fills at a steady rate, and strikes that end in a block.
/// Times are on a clock that does not jump. Belongs to the loop.
/// </summary>
internal sealed class RateLimiter(SidechannelOptions options, TimeSpan now)
{
    private double _tokens = options.RateBurstBytes;
    private TimeSpan _lastRefill = now;
    private TimeSpan _strikesEnd = now + options.StrikeWindow;
    private TimeSpan _blockedUntil = TimeSpan.MinValue;
    private int _strikes;

    /// <summary>Connections that use this limiter now.</summary>
    public int Connections { get; set; }

    public bool IsBlocked(TimeSpan now) => now < _blockedUntil;

    /// <summary>Takes the bytes from the share; false, and a strike, when they exceed it.</summary>
    public bool TryTake(int bytes, TimeSpan now)
    {
        if (options.RateBytesPerSecond <= 0)
            return true;
        if (IsBlocked(now))
            return false;
        Refill(now);
        if (bytes > _tokens)
        {
            Strike(now);
            return false;
        }
        _tokens -= bytes;
        return true;
    }

    /// <summary>Notes misbehaviour; the last strike of several blocks the peer.</summary>
    public void Strike(TimeSpan now)
    {
        if (now > _strikesEnd)
        {
            _strikes = 0;
            _strikesEnd = now + options.StrikeWindow;
        }
        if (++_strikes >= options.MaxStrikes)
            _blockedUntil = now + options.BlockDuration;
    }

    /// <summary>Whether a new limiter would be the same.</summary>
    public bool IsNeutral(TimeSpan now)
    {
        Refill(now);
        return !IsBlocked(now) && now > _strikesEnd && _tokens >= options.RateBurstBytes;
    }

    private void Refill(TimeSpan now)
    {
        var elapsed = (now - _lastRefill).TotalSeconds;
        _tokens = Math.Min(options.RateBurstBytes, _tokens + (elapsed * Math.Max(0, options.RateBytesPerSecond)));
        _lastRefill = now;
    }
}
