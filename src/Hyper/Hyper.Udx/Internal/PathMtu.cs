namespace Hyper.Udx.Internal;

/// <summary>
/// How long an IP packet may be on one path (RFC 8899): begins with a size that passes everywhere, and looks for a longer
/// one with probes, which are data packets lengthened by padding. What it learns holds for one path of one stream.
/// </summary>
/// <remarks>
/// Once anything has been acknowledged, each probe is a step longer than what is known to pass, one at a time, until the
/// maximum passes or one size has failed three times; after ten minutes it tries again. A lost probe is no sign of
/// congestion: its data is repeated without the padding. A path that narrows later is noticed by long packets being lost
/// one after the other, with none that was sent later arriving, or by two timeouts in a row; then packets are made of
/// the first size again. Long ones that were made before cannot be made anew, for their numbers stand for their content:
/// they are repeated with fragments allowed.
/// </remarks>
internal sealed class PathMtu(int initial, int max)
{
    /// <summary>As in libudx; 1200 to 1500 takes ten round trips.</summary>
    private const int Step = 32;

    /// <summary>Failures of one size that end the search (RFC 8899, MAX_PROBES).</summary>
    private const int MaxFailures = 3;

    /// <summary>Long packets lost in a row that tell of a narrower path.</summary>
    private const int MaxLosses = 8;

    /// <summary>Timeouts in a row that do.</summary>
    private const int MaxTimeouts = 2;

    /// <summary>Transmissions of a long packet that ask for an undivided passage.</summary>
    private const int UndividedTransmissions = 2;

    /// <summary>RFC 8899, PMTU_RAISE_TIMER.</summary>
    private const long SearchAgainAfter = 600 * MicrosecondClock.Second;

    private readonly int _initial = initial;
    private bool _isConfirmed;
    private bool _isProbeOut;
    private int _failures;
    private long _searchAt;
    private int _losses;

    // Our own device takes nothing of this length, perhaps not even packets of the first size.
    private int _refusedFrom = int.MaxValue;
    private long _newestArrivalSentAt = long.MinValue;

    /// <summary>Longest IP packet to be made now, in bytes.</summary>
    public int Current { get; private set; } = initial;

    /// <summary>Padding that makes a packet of <see cref="Current"/> bytes the probe that is due, or 0.</summary>
    public int ProbePadding(long now) =>
        _isConfirmed && !_isProbeOut && now >= _searchAt && Current < _refusedFrom
            ? Math.Clamp(max - Current, 0, Step)
            : 0;

    public void OnProbeSent() => _isProbeOut = true;

    public void OnProbeArrived(int bytes)
    {
        // One that is out since before a fall-back says nothing of the path as it is now.
        if (!_isProbeOut)
            return;
        _isProbeOut = false;
        _failures = 0;
        Current = bytes;
    }

    public void OnProbeLost(long now)
    {
        _isProbeOut = false;
        if (++_failures >= MaxFailures)
            EndSearch(now);
    }

    /// <summary>Whether a packet of this length leaves with fragments allowed.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="earlierTransmissions">How often it has left before.</param>
    /// <param name="isUrgent">Whether an answer to it matters more than what it tells of the path.</param>
    public bool MayFragment(int bytes, int earlierTransmissions, bool isUrgent) =>
        bytes > Current
        || bytes >= _refusedFrom
        || (bytes > _initial && (isUrgent || earlierTransmissions >= UndividedTransmissions));

    /// <summary>A packet sent on this path has arrived.</summary>
    public void OnArrived(int bytes, in SentPacket packet)
    {
        _isConfirmed = true;
        if (bytes <= _initial || packet.MayFragment)
            return;
        _losses = 0;
        _newestArrivalSentAt = Math.Max(_newestArrivalSentAt, packet.SentAt);
    }

    /// <summary>A packet sent on this path is taken for lost because one that left later has arrived.</summary>
    public void OnLost(int bytes, in SentPacket packet, long now)
    {
        var isSign = bytes > _initial && !packet.MayFragment;
        if (isSign && packet.SentAt > _newestArrivalSentAt && ++_losses >= MaxLosses)
            FallBack(now);
    }

    /// <summary>Our own device takes no packet of this length.</summary>
    public void OnRefused(int bytes, long now)
    {
        _refusedFrom = Math.Min(_refusedFrom, bytes);
        if (bytes <= Current && bytes > _initial)
            FallBack(now);
        else if (bytes > Current)
            EndSearch(now);
    }

    /// <summary>Nothing has arrived for this many retransmission timeouts in a row.</summary>
    public void OnTimeouts(int count, long now)
    {
        if (count >= MaxTimeouts && Current > _initial)
            FallBack(now);
    }

    private void FallBack(long now)
    {
        Current = _initial;
        _isProbeOut = false;
        _losses = 0;
        EndSearch(now);
    }

    private void EndSearch(long now)
    {
        _failures = 0;
        _searchAt = now + SearchAgainAfter;
    }
}
