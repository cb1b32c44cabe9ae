using System.Diagnostics;

namespace Hyper.Udx.Internal;

/// <summary>What the other side's header says about our packets.</summary>
internal sealed partial class SendHalf
{
    private enum Repair
    {
        /// <summary>No loss is being repaired.</summary>
        Open,

        /// <summary>Losses were found by later arrivals.</summary>
        Recovery,

        /// <summary>The retransmission timer ran out.</summary>
        Loss,
    }

    private Repair _repair;
    private long _repairEndsAt;
    private long _reorderDeadline;

    // A SACK with as many ranges as fit says nothing of the packets above them.
    private long _knownBefore = long.MaxValue;
    private long _unreportedLoss;

    // What one acknowledgement has brought so far.
    private long _newlyAcknowledged;
    private bool _isProgress;
    private long _newestSample;
    private long _newestSampleSentAt;

    // The other side's window, and the packet it was last taken from (RFC 9293, 3.10.7.4: SND.WL1 and SND.WL2), so that a
    // late packet does not bring back an old window.
    private long _remoteWindow = InitialRemoteWindow;
    private long _windowSequence;
    private long _windowAcknowledgement;

    /// <summary>What every JS peer advertises, and always has until it says otherwise.</summary>
    private const long InitialRemoteWindow = 4 * 1024 * 1024;

    /// <summary>
    /// How far behind an acknowledgement may be. A repeat of libudx 1.19.2 carries that of its first transmission, and between
    /// the two we may have sent for thirteen timeouts.
    /// </summary>
    private const int MaxOutdatedPackets = 1 << 24;

    /// <summary>
    /// Whether the other side can have written the acknowledgement: it is of something we have sent (RFC 5961, 5.2). A packet
    /// with another was made up by somebody who does not see our packets.
    /// </summary>
    public bool IsPlausible(in PacketHeader header)
    {
        var acknowledged = SequenceNumber.Expand(header.Acknowledgement, _packets.First);
        return acknowledged <= _packets.Next && acknowledged >= _packets.First - MaxOutdatedPackets;
    }

    /// <summary>Takes the acknowledgement, ranges and window of a plausible packet that has passed the source check.</summary>
    public void OnAcknowledgement(in PacketHeader header, ReadOnlySpan<byte> sackRanges)
    {
        Debug.Assert(IsPlausible(header));
        var acknowledged = SequenceNumber.Expand(header.Acknowledgement, _packets.First);
        var now = _clock.Now;
        _lastHeardAt = now;
        UpdateRemoteWindow(header, acknowledged, now);
        _newlyAcknowledged = 0;
        _isProgress = false;
        _newestSample = 0;
        _newestSampleSentAt = long.MinValue;
        AcknowledgeRange(_packets.First, acknowledged, now);
        AcknowledgeRanges(sackRanges, now);
        ReleaseBefore(acknowledged);
        if (_isProgress || _reorderDeadline > 0)
            OnProgress(now);
    }

    private void UpdateRemoteWindow(in PacketHeader header, long acknowledged, long now)
    {
        var sequence = SequenceNumber.Expand(header.Sequence, _windowSequence);
        var isNewer =
            sequence > _windowSequence || (sequence == _windowSequence && acknowledged >= _windowAcknowledgement);
        if (acknowledged < _packets.First || !isNewer)
            return;
        var isReopened = _remoteWindow == 0 && header.Window > 0;
        _remoteWindow = header.Window;
        if (isReopened)
            RestartTimers(now);
        _windowSequence = sequence;
        _windowAcknowledgement = acknowledged;
    }

    private void AcknowledgeRanges(ReadOnlySpan<byte> sackRanges, long now)
    {
        var isCut = sackRanges.Length == PacketCodec.MaxSackRanges * PacketCodec.SackRangeBytes;
        _knownBefore = isCut ? _knownBefore : long.MaxValue;
        for (; !sackRanges.IsEmpty; sackRanges = sackRanges[PacketCodec.SackRangeBytes..])
        {
            var (wireStart, wireEnd) = PacketCodec.ReadSackRange(sackRanges);
            var start = SequenceNumber.Expand(wireStart, _packets.First);
            var end = SequenceNumber.Expand(wireEnd, _packets.First);
            // Checked before anything is walked: a range outside of what is in flight costs nothing.
            if (start < _packets.First || start >= end || end > _packets.Next)
                continue;
            AcknowledgeRange(start, end, now);
            if (isCut)
                _knownBefore = end;
        }
    }

    private void AcknowledgeRange(long start, long end, long now)
    {
        for (
            var sequence = _packets.FindUnacknowledged(start);
            sequence < end;
            sequence = _packets.FindUnacknowledged(sequence + 1)
        )
        {
            ref var packet = ref _packets[sequence];
            _isProgress = true;
            if (_packets.IsOnPath(packet))
            {
                Measure(packet, now);
                MeasureMtu(packet);
            }
            _rack.OnDelivered(sequence, packet, _rtt, now);
            _packets.OnAcknowledged(sequence);
        }
    }

    /// <summary>Times and rates are those of the present path; an arrival on an earlier one says nothing of it.</summary>
    private void Measure(in SentPacket packet, long now)
    {
        _newlyAcknowledged += packet.Size;
        if (packet.Transmissions == 1 && packet.SentAt >= _newestSampleSentAt)
        {
            _newestSampleSentAt = packet.SentAt;
            _newestSample = Math.Max(now - packet.SentAt, 1);
        }
        _sampler.OnDelivered(packet, now);
    }

    private void MeasureMtu(in SentPacket packet)
    {
        _mtu.OnArrived(IpBytes(packet), packet);
        if (packet.Padding > 0)
            _mtu.OnProbeArrived(IpBytes(packet) + packet.Padding);
    }

    private void ReleaseBefore(long acknowledged)
    {
        var released = 0L;
        while (_packets.First < acknowledged)
            released += _packets.RemoveFirst();
        if (released > 0)
            _buffer.Release(released);
    }

    private void OnProgress(long now)
    {
        if (_newestSample > 0)
            _rtt.OnSample(_newestSample, now);
        if (_isProgress)
        {
            RestartTimers(now);
            _timeoutsInARow = 0;
        }
        if (_repair != Repair.Open && _packets.First >= _repairEndsAt)
            _repair = Repair.Open;
        DetectLosses(now);
        ReportToCongestionControl(now);
    }

    private void DetectLosses(long now)
    {
        var newestLost = _packets.NewestLost;
        _rack.DetectLosses(_packets, _knownBefore, _rtt, _repair != Repair.Open, now, out _reorderDeadline);
        var lost = NoteLossesAfter(newestLost, now);
        if (lost == 0)
            return;
        _unreportedLoss += lost;
        if (_repair != Repair.Open)
            return;
        _repair = Repair.Recovery;
        _repairEndsAt = _packets.Next;
    }

    /// <summary>Draws the conclusions of what was just added to the lost packets.</summary>
    /// <returns>Bytes that are a sign of congestion: of the present path, and no probe of its MTU.</returns>
    private long NoteLossesAfter(long newestLost, long now)
    {
        var bytes = 0L;
        var sequence = newestLost == SentPackets.None ? _packets.FirstLost : _packets[newestLost].Next;
        while (sequence != SentPackets.None)
        {
            ref var packet = ref _packets[sequence];
            sequence = packet.Next;
            if (!_packets.IsOnPath(packet))
                continue;
            if (packet.Padding == 0)
                bytes += packet.Size;
            DropPadding(ref packet, now);
            _mtu.OnLost(IpBytes(packet), packet, now);
        }
        return bytes;
    }

    private void ReportToCongestionControl(long now)
    {
        _sampler.Finish(_rtt.Min, out var rate, out var prior);
        if (_newlyAcknowledged == 0)
            return;
        _congestion.OnAcknowledged(
            new AckSample
            {
                Now = now,
                Acknowledged = _newlyAcknowledged,
                Lost = _unreportedLoss,
                InFlight = _packets.BytesInFlight,
                Delivered = _sampler.Delivered,
                PriorDelivered = prior.Delivered,
                Rate = rate,
                IsApplicationLimited = prior.IsApplicationLimited,
                Rtt = _newestSample,
            }
        );
        _unreportedLoss = 0;
    }
}
