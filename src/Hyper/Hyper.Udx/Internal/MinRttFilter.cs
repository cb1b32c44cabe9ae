namespace Hyper.Udx.Internal;

/// <summary>
/// BBR's propagation delay: the lowest round trip of the last ten seconds, and when it has to be looked for with little in
/// flight (PROBE_RTT).
/// </summary>
/// <remarks>
/// Of streams behind one queue, those that take it for part of the path keep more in flight, and of two whose estimates
/// differ by a third the one with the higher soon has nearly everything. So a stream that never sees the queue empty, as one
/// that began behind the first packets of fifty others, looks after half a second and not after ten; all streams of a node
/// look at the same time (<see cref="RttProbes"/>); and the old minimum is believed until the search is over, because half
/// a window that is computed from a queue's delay does not empty the queue.
/// </remarks>
internal sealed class MinRttFilter(RttProbes probes)
{
    /// <summary>Below that the two event loops make the round trip, and not the path: an exact minimum would change nothing.</summary>
    private const long Floor = MicrosecondClock.Millisecond;
    private const long Lifetime = 10 * MicrosecondClock.Second;
    private const long ProbeDuration = 200 * MicrosecondClock.Millisecond;

    /// <summary>The queue stands when no round trip was near the minimum for so long, and for so many round trips.</summary>
    private const long StandingAfter = 500 * MicrosecondClock.Millisecond;
    private const int StandingRoundTrips = 20;

    /// <summary>Others are joined no more often.</summary>
    private const long MinJoinDistance = 5 * MicrosecondClock.Second;

    private long _min;
    private long _minAt;
    private long _nearMinAt;
    private bool _isIdleRestart;

    private bool _wasProbed;
    private long _probedAt = long.MinValue / 2;
    private long _probeEndsAt;
    private bool _isRenewing;
    private long _probeMin;

    /// <summary>The delay for the model in microseconds, or 0 before the first sample.</summary>
    public long Value => _min == 0 ? 0 : Math.Max(_min, Floor);

    /// <summary>
    /// Whether the search began early. Then the stream's estimates may be those of a queue, and only the least window is
    /// certain to empty it.
    /// </summary>
    public bool IsDeepProbe { get; private set; }

    /// <summary>What is sent now finds the queue as the others leave it: nothing of ours is in flight.</summary>
    public void OnIdleRestart() => _isIdleRestart = true;

    /// <summary>Takes a sample outside of a search.</summary>
    /// <returns>Whether a search has to begin.</returns>
    public bool Update(long rtt, long now, bool isPipeFull)
    {
        // After a pause there is nothing to drain: the first round trip is what a search would find.
        var isStale = _min > 0 && now - _minAt > Lifetime && (rtt > 0 || !_isIdleRestart);
        var isRenewed = isStale && (_isIdleRestart || Math.Max(_min, rtt) <= Floor);
        _isIdleRestart &= rtt == 0;
        if (rtt > 0 && (_min == 0 || rtt <= _min || isRenewed))
        {
            (_min, _minAt) = (rtt, now);
            isStale = false;
        }
        if (rtt > 0 && rtt <= _min + _min / 4)
            _nearMinAt = now;
        if (isStale || IsFirstProbeDue(now, isPipeFull))
            probes.Begin(now);
        else if (_min <= Floor || now - _probedAt < MinJoinDistance || !probes.IsJoinable(now))
            return false;
        IsDeepProbe = !isStale && !_wasProbed;
        _wasProbed = true;
        _probedAt = now;
        _probeEndsAt = 0;
        _probeMin = 0;
        _isRenewing = isStale;
        return true;
    }

    /// <summary>Takes a sample of a search.</summary>
    /// <param name="rtt">The round trip, or 0.</param>
    /// <param name="now">The time.</param>
    /// <param name="isDrained">Whether no more is in flight than belongs to the search.</param>
    public void Probe(long rtt, long now, bool isDrained)
    {
        _isIdleRestart = false;
        if (rtt > 0)
            _probeMin = _probeMin == 0 ? rtt : Math.Min(_probeMin, rtt);
        if (rtt > 0 && rtt <= _min)
            (_min, _minAt) = (rtt, now);
        if (_probeEndsAt == 0 && isDrained)
            _probeEndsAt = now + Math.Max(ProbeDuration, _min);
    }

    /// <summary>Ends the search if its time is over.</summary>
    public bool TryEndProbe(long now)
    {
        if (_probeEndsAt == 0 || now <= _probeEndsAt)
            return false;
        if (_isRenewing && _probeMin > 0)
            _min = _probeMin;
        _minAt = _nearMinAt = now;
        return true;
    }

    private bool IsFirstProbeDue(long now, bool isPipeFull) =>
        !_wasProbed
        && isPipeFull
        && _min > Floor
        && now - _nearMinAt > Math.Max(StandingAfter, StandingRoundTrips * _min);
}
