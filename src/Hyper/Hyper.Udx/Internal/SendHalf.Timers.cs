namespace Hyper.Udx.Internal;

/// <summary>
/// The timers of the sending direction. Only one can be due first, so one deadline serves all four: recheck of packets
/// that may be reordered (RACK), tail-loss probe, retransmission timeout, probe of a closed window.
/// </summary>
internal sealed partial class SendHalf
{
    /// <summary>A stream without any acknowledgement for this many retransmission timeouts is given up, as in libudx.</summary>
    private const int MaxStallInTimeouts = 13;

    /// <summary>The same once nothing but our END is unanswered and the other side has ended too.</summary>
    private const int MaxFarewellInTimeouts = 6;

    /// <summary>
    /// The back-off doubles to this bound and no further: in the thirteen timeouts a stream has, it leaves six
    /// transmissions of a packet (at 0, 1, 3, 6, 9 and 12).
    /// </summary>
    private const int MaxBackOff = 3;

    /// <summary>Time for the other side's loop to get to its acknowledgement, on top of two round trips.</summary>
    private const long TailProbeGrace = 2 * MicrosecondClock.Millisecond;

    private const int MaxTailProbes = 6;

    private Timer _timer;
    private long _stalledSince;
    private long _lastHeardAt;
    private long _timeoutBase;
    private int _backOff = 1;
    private int _timeoutsInARow;

    private long _tailProbeBase;
    private int _tailProbes;

    private long _windowProbeAt;
    private int _windowProbes;

    private enum Timer
    {
        Reordering,
        TailProbe,
        Timeout,
        WindowProbe,
    }

    /// <summary>
    /// A probe asks for an acknowledgement when none has come, which then lets RACK find what was lost; it spares the
    /// second that a timeout takes. RFC 8985 allows one, and none during recovery, where the loss of the last repeat costs
    /// a full timeout. Here they go on, each after twice the time of the one before, until the timeout takes over.
    /// </summary>
    private bool IsTailProbePossible => _rtt.HasSample && _backOff == 1 && _tailProbes < MaxTailProbes;

    /// <summary>Whether data waits for a window of zero and nothing in flight will bring news of it.</summary>
    private bool IsStuckAtClosedWindow => _remoteWindow == 0 && _buffer.Unsent > 0 && !_packets.IsAnyInFlight;

    private long GiveUpAt => _stalledSince + MaxStall * _rtt.Timeout;

    private int MaxStall => _stream.IsFarewell ? MaxFarewellInTimeouts : MaxStallInTimeouts;

    private bool IsInRemoteWindow(int payload)
    {
        if (payload == 0)
            return true;
        var outstanding = _buffer.Length - _buffer.Unsent;
        return outstanding + payload <= _remoteWindow || (outstanding == 0 && _remoteWindow > 0);
    }

    private void SetDeadline(long now)
    {
        if (_packets.IsAnyInFlight)
            SetTransmissionDeadline();
        else if (_windowProbeAt > 0)
            Set(Timer.WindowProbe, Math.Max(_windowProbeAt, now));
        else
            _deadline.Clear();
    }

    private void SetTransmissionDeadline()
    {
        if (_reorderDeadline > 0)
        {
            Set(Timer.Reordering, _reorderDeadline);
            return;
        }
        var timeoutAt = Math.Min(_timeoutBase + _backOff * _rtt.Timeout, GiveUpAt);
        var probeAt = _tailProbeBase + ((2 * _rtt.Smoothed + TailProbeGrace) << _tailProbes);
        if (IsTailProbePossible && probeAt < timeoutAt)
            Set(Timer.TailProbe, probeAt);
        else
            Set(Timer.Timeout, timeoutAt);
    }

    /// <summary>
    /// The other side takes what is sent: something was acknowledged, or its window is open again. In the second case whatever was
    /// out has been dropped there for want of room, and the next to be repeated may not wait for a backed-off timeout.
    /// </summary>
    private void RestartTimers(long now)
    {
        _stalledSince = _timeoutBase = _tailProbeBase = now;
        _backOff = 1;
        _tailProbes = 0;
    }

    private void Set(Timer timer, long due)
    {
        _timer = timer;
        _deadline.Set(due);
    }

    private void OnDeadline()
    {
        var now = _clock.Now;
        switch (_timer)
        {
            case Timer.Reordering:
                DetectLosses(now);
                break;
            case Timer.TailProbe:
                SendTailProbe(now);
                break;
            case Timer.Timeout:
                OnTimeout(now);
                break;
            case Timer.WindowProbe:
                SendWindowProbe(now);
                break;
        }
        _stream.QueueTurn();
    }

    private void SendTailProbe(long now)
    {
        // New data serves as well as a repeat and is not wasted if nothing was lost. It may pass the congestion window. But
        // if one probe was not answered, the next must get through, undivided or not: it repeats what may be divided.
        var isNew =
            _tailProbes == 0
            && _buffer.Unsent > 0
            && IsInRemoteWindow((int)Math.Min(_buffer.Unsent, _stream.MaxPayload));
        if (isNew && !_packets.IsFull)
            SendNew(now);
        else
            Send(_packets.NewestInFlight, now);
        _counters.TailProbes++;
        _tailProbes++;
        _tailProbeBase = now;
    }

    private void OnTimeout(long now)
    {
        // A reader that has shut its window and still answers is slow, not gone.
        var isAlive = _remoteWindow == 0 && now - _lastHeardAt < MaxStallInTimeouts * _rtt.Timeout;
        if (now >= GiveUpAt && !isAlive)
        {
            _stream.OnSilence(now - _stalledSince);
            return;
        }
        if (isAlive)
            _stalledSince = Math.Max(_stalledSince, _lastHeardAt);
        _counters.Timeouts++;
        _backOff = Math.Min(_backOff * 2, MaxBackOff);
        _timeoutBase = now;
        _repair = Repair.Loss;
        _repairEndsAt = _packets.Next;
        _reorderDeadline = 0;
        LoseOverdue(now);
        _mtu.OnTimeouts(++_timeoutsInARow, now);
        _congestion.OnTimeout(_packets.BytesInFlight, _sampler.Delivered);
    }

    private void LoseOverdue(long now)
    {
        // The oldest in any case; of the others those whose answer should have come by now. This is no more than a guess, and so
        // no sign of congestion: the path may have stood still, and give all of them in a moment.
        var isFirst = true;
        for (var sequence = _packets.OldestInFlight; sequence != SentPackets.None; )
        {
            ref var packet = ref _packets[sequence];
            if (!isFirst && packet.SentAt + _rtt.Smoothed > now)
                break;
            isFirst = false;
            var next = packet.Next;
            DropPadding(ref packet, now);
            _packets.OnLost(sequence);
            sequence = next;
        }
    }

    private void UpdateWindowProbe(long now)
    {
        if (!IsStuckAtClosedWindow)
        {
            _windowProbeAt = 0;
            _windowProbes = 0;
        }
        else if (_windowProbeAt == 0)
        {
            _windowProbeAt = now;
            _stalledSince = now;
        }
    }

    private void SendWindowProbe(long now)
    {
        if (now >= Math.Max(_lastHeardAt, _stalledSince) + MaxStallInTimeouts * _rtt.Timeout)
        {
            _stream.OnSilence(now - Math.Max(_lastHeardAt, _stalledSince));
            return;
        }
        _stream.Emit(PacketFlags.Heartbeat, _packets.Next, default);
        _windowProbeAt = now + _rtt.Timeout * (_windowProbes == 0 ? 1 : 2);
        _windowProbes++;
    }
}
