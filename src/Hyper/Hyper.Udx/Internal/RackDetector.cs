namespace Hyper.Udx.Internal;

/// <summary>
/// Loss detection by time (RFC 8985): a packet is lost when one sent sufficiently later has arrived. Keeps the newest
/// transmission known to have arrived and how far packets are seen to overtake each other on this path.
/// </summary>
/// <remarks>
/// There is no DSACK in UDX. Where a repeat is answered faster than the path can carry it, the original had arrived and
/// the repeat was for nothing; then the tolerance for reordering grows, at most to one smoothed round trip.
/// </remarks>
internal sealed class RackDetector
{
    /// <summary>Arrivals beyond a gap that make it a loss without waiting, until reordering is seen (RFC 6675).</summary>
    private const int SackThreshold = 3;

    private const int MaxToleranceSteps = 16;

    private long _newestSentAt = long.MinValue;
    private long _newestSequence;
    private long _newestRtt;
    private long _highestDelivered = long.MinValue;
    private bool _isReorderingSeen;
    private int _toleranceSteps = 1;
    private long _earlierPathAllowance;

    /// <summary>
    /// Begins anew on another path. What is out on the earlier one gets a round trip of that one before it is given up: a
    /// quicker path would else have all of it repeated.
    /// </summary>
    public void BeginPath(RttEstimator earlier)
    {
        _earlierPathAllowance = Math.Max(_earlierPathAllowance, earlier.Smoothed + earlier.Smoothed / 4);
        _newestSentAt = _highestDelivered = long.MinValue;
        _newestRtt = 0;
        _isReorderingSeen = false;
        _toleranceSteps = 1;
    }

    public void OnDelivered(long sequence, in SentPacket packet, RttEstimator rtt, long now)
    {
        var sentAt = packet.SentAt;
        if (packet.Transmissions > 1)
        {
            // Too soon to be an answer to the repeat: the original has arrived late. Taken for an answer it would have
            // everything repeated that was sent a moment before the repeat. It does tell of what left before itself; where
            // that was lost and the path has become quicker than is believed, nothing else ever would.
            var elapsed = now - sentAt;
            var shortest = rtt.Shortest(now);
            if (elapsed < shortest / 2)
                OnNeedlessRepeat();
            if (elapsed < shortest)
                sentAt = packet.FirstSentAt;
        }
        else if (sequence < _highestDelivered)
        {
            _isReorderingSeen = true;
        }
        _highestDelivered = Math.Max(_highestDelivered, sequence);
        if (!IsSentAfter(sentAt, sequence, _newestSentAt, _newestSequence))
            return;
        _newestSentAt = sentAt;
        _newestSequence = sequence;
        _newestRtt = now - sentAt;
    }

    /// <summary>Moves what is lost by now to the lost list.</summary>
    /// <param name="packets">The stream's packets.</param>
    /// <param name="knownBefore">The first packet of which the other side has not said whether it has come.</param>
    /// <param name="rtt">Its round-trip times.</param>
    /// <param name="isRecovering">Whether a loss is being repaired already; then there is no tolerance without cause.</param>
    /// <param name="now">The time.</param>
    /// <param name="recheckAt">When to ask again, or 0.</param>
    public void DetectLosses(
        SentPackets packets,
        long knownBefore,
        RttEstimator rtt,
        bool isRecovering,
        long now,
        out long recheckAt
    )
    {
        recheckAt = 0;
        var allowance = _newestRtt + ReorderingTolerance(packets, rtt, isRecovering);
        for (var sequence = packets.OldestInFlight; sequence != SentPackets.None; )
        {
            ref var packet = ref packets[sequence];
            if (!IsSentAfter(_newestSentAt, _newestSequence, packet.SentAt, sequence))
                break;
            var isOnPath = packets.IsOnPath(packet);
            var dueAt = packet.SentAt + (isOnPath ? allowance : Math.Max(allowance, _earlierPathAllowance));
            if (dueAt > now)
            {
                // In order of sending, so the packets behind it are due no earlier.
                recheckAt = dueAt;
                break;
            }
            var next = packet.Next;
            if (sequence < knownBefore)
                packets.OnLost(sequence);
            sequence = next;
        }
    }

    private void OnNeedlessRepeat()
    {
        _isReorderingSeen = true;
        _toleranceSteps = Math.Min(_toleranceSteps + 1, MaxToleranceSteps);
    }

    /// <summary>The wait beyond one round trip before a packet is given up.</summary>
    public long ReorderingTolerance(SentPackets packets, RttEstimator rtt, bool isRecovering)
    {
        if (!_isReorderingSeen && (isRecovering || packets.SackedCount >= SackThreshold))
            return 0;
        return Math.Min(_toleranceSteps * rtt.Min / 4, rtt.Smoothed);
    }

    private static bool IsSentAfter(long sentAt, long sequence, long otherSentAt, long otherSequence) =>
        sentAt > otherSentAt || (sentAt == otherSentAt && sequence > otherSequence);
}
