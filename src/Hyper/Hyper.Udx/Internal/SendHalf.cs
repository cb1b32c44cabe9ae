namespace Hyper.Udx.Internal;

/// <summary>
/// The sending direction of one stream: from the writer's bytes to acknowledged packets.
/// </summary>
/// <remarks>
/// Written bytes wait in a <see cref="SendBuffer"/>. Once a turn, <see cref="Transmit"/> repeats what was lost and cuts
/// new packets from the front, as far as three limits allow: the congestion window, the other side's receive window
/// (new data only), and the pacer. Each packet has a place in <see cref="SentPackets"/> until the cumulative
/// acknowledgement passes it; then its bytes are released. Acknowledgements come in by <c>OnAcknowledgement</c>, time by
/// one <see cref="Deadline"/> that stands for whichever of the timers is due first, and one for the pacer.
/// </remarks>
internal sealed partial class SendHalf
{
    /// <summary>
    /// Most bytes sent in one turn: what the kernel takes in one segmented send, and a fraction of what the receiving
    /// socket holds. A larger burst overflows it before the other side, perhaps on this very loop, can read.
    /// </summary>
    private const int MaxTurnBytes = 64_000;

    private readonly UdxNode _node;
    private readonly UdxStream _stream;
    private readonly StreamCounters _counters;
    private readonly MicrosecondClock _clock;
    private readonly SendBuffer _buffer;
    private readonly SentPackets _packets;
    private readonly RackDetector _rack = new();
    private readonly Deadline _paceDeadline;
    private readonly Deadline _deadline;
    private readonly long _highWaterMark;

    // Knowledge of the path; forgotten when the path changes.
    private RttEstimator _rtt = new();
    private RateSampler _sampler = new();
    private Pacer _pacer = new();
    private ICongestionControl _congestion;
    private PathMtu _mtu;
    private bool _isPathProbeDue;

    // Sent in this turn.
    private int _turnBytes;
    private long _endSequence = long.MaxValue;
    private bool _isEndRequested;

    public SendHalf(UdxStream stream, UdxNode node, StreamCounters counters)
    {
        _node = node;
        _stream = stream;
        _counters = counters;
        _clock = node.Clock;
        _buffer = new SendBuffer(node.Buffers);
        _packets = new SentPackets(node.Options.InitialSequence);
        _congestion = node.CreateCongestionControl();
        _mtu = new PathMtu(node.Options.Mtu, node.Options.MaxMtu);
        _highWaterMark = node.Options.HighWaterMarkBytes;
        _windowSequence = _windowAcknowledgement = node.Options.InitialSequence;
        _paceDeadline = new Deadline(_clock, stream.QueueTurn);
        _deadline = new Deadline(_clock, OnDeadline);
    }

    /// <summary>The oldest packet that is not acknowledged.</summary>
    public long First => _packets.First;

    /// <summary>The sequence number of the next new packet.</summary>
    public long Next => _packets.Next;

    /// <summary>Whether the end was asked for; nothing more is taken from the writer.</summary>
    public bool IsEnding => _isEndRequested;

    /// <summary>Whether the end has been acknowledged, and so everything before it.</summary>
    public bool IsEnded => _packets.First > _endSequence;

    /// <summary>Whether all data has been acknowledged, and only a packet with nothing but the end has not.</summary>
    public bool IsOnlyEndOutstanding => _packets.First == _endSequence && _buffer.Length == 0;

    /// <summary>
    /// Whether so much is queued that the writer should wait. What has arrived beyond a gap does not count, although its
    /// bytes are still held: or one packet lost twice would stop the writer.
    /// </summary>
    public bool IsAboveHighWaterMark => BytesQueued > _highWaterMark + Math.Min(_congestion.Window, _remoteWindow);

    /// <summary>When a packet last came whose acknowledgement made sense; 0 before.</summary>
    public long LastHeardAt => _lastHeardAt;

    /// <summary>Smoothed round-trip time in microseconds, or 0.</summary>
    public long Rtt => _rtt.Smoothed;

    /// <summary>Longest IP packet made now, in bytes.</summary>
    public int Mtu => _mtu.Current;

    /// <summary>Retransmission timeout in microseconds, without back-off.</summary>
    public long RetransmissionTimeout => _rtt.Timeout;

    /// <summary>Whether <see cref="Transmit"/> stopped only to let the loop read in between; it goes on next turn.</summary>
    public bool HasMore => _turnBytes >= MaxTurnBytes;

    private long BytesQueued => _buffer.Length - _packets.SackedBytes;

    private bool HasNewPacket => _buffer.Unsent > 0 || (_isEndRequested && _endSequence == long.MaxValue);

    public Span<byte> GetSpan(int sizeHint) => _buffer.GetSpan(sizeHint);

    public void Advance(int bytes) => _buffer.Advance(bytes);

    /// <summary>Takes back the room that was handed out.</summary>
    public void Discard() => _buffer.Discard();

    public void End() => _isEndRequested = true;

    /// <summary>Gives every buffer back and leaves no timer behind.</summary>
    public void Clear()
    {
        _buffer.Clear();
        _packets.Clear();
        _deadline.Remove();
        _paceDeadline.Remove();
    }

    public UdxStreamStatistics AddTo(UdxStreamStatistics statistics) =>
        statistics with
        {
            Rtt = TimeSpan.FromMicroseconds(_rtt.Smoothed),
            MinRtt = TimeSpan.FromMicroseconds(_rtt.Min),
            RetransmissionTimeout = TimeSpan.FromMicroseconds(_rtt.Timeout),
            CongestionWindow = _congestion.Window,
            Bandwidth = _congestion.Bandwidth,
            BytesInFlight = _packets.BytesInFlight,
            BytesQueued = BytesQueued,
            RemoteWindow = _remoteWindow,
            Mtu = _mtu.Current,
        };

    /// <summary>
    /// Sends what may leave now, and sets the timers.
    /// </summary>
    public void Transmit()
    {
        var now = _clock.Now;
        _turnBytes = 0;
        if (_congestion.IsProbingRtt)
            _sampler.OnApplicationLimited(_packets.BytesInFlight);
        while (!HasMore)
        {
            if (_packets.FirstLost != SentPackets.None)
            {
                if (!MayLeave(_packets[_packets.FirstLost].Size, now))
                    break;
                Send(_packets.FirstLost, now);
            }
            else if (HasNewPacket)
            {
                var payload = (int)Math.Min(_buffer.Unsent, _stream.MaxPayload);
                if (_packets.IsFull || !IsInRemoteWindow(payload) || !MayLeave(PacketHeader.Bytes + payload, now))
                    break;
                SendNew(now, _mtu.ProbePadding(now));
            }
            else
            {
                if (_packets.BytesInFlight < _congestion.Window)
                    _sampler.OnApplicationLimited(_packets.BytesInFlight);
                break;
            }
        }
        ProbePath(now);
        UpdateWindowProbe(now);
        SetDeadline(now);
    }

    /// <summary>
    /// Packets take another path from now on, repeats included.
    /// </summary>
    /// <param name="isOther">
    /// Whether what was learnt does not hold there (RFC 9000, 9.4). Then round-trip time, bandwidth and window begin anew,
    /// and what is out on the earlier path no longer counts for the limits of this one.
    /// </param>
    public void BeginPath(bool isOther)
    {
        if (isOther)
        {
            _rack.BeginPath(_rtt);
            _packets.BeginPath();
            _rtt = new RttEstimator();
            _sampler = new RateSampler();
            _pacer = new Pacer();
            _congestion = _node.CreateCongestionControl();
            _unreportedLoss = 0;
        }
        _mtu = new PathMtu(_node.Options.Mtu, _node.Options.MaxMtu);
        _backOff = 1;
        _timeoutsInARow = 0;
        _tailProbes = 0;
        _timeoutBase = _tailProbeBase = _stalledSince = _clock.Now;
        _isPathProbeDue = true;
    }

    /// <summary>
    /// With something out on the earlier path and nothing new to send, the newest packet is repeated at once on this one:
    /// its acknowledgement tells what the earlier path has lost, which else takes a timeout to find out.
    /// </summary>
    private void ProbePath(long now)
    {
        if (_isPathProbeDue && _turnBytes == 0 && _packets.IsAnyInFlight)
            Send(_packets.NewestInFlight, now);
        _isPathProbeDue = false;
    }

    private bool MayLeave(int bytes, long now)
    {
        // One packet may always be out, whatever the window; or nothing would ever move again.
        if (_packets.IsAnyInFlight && _packets.BytesInFlight + bytes > _congestion.Window)
            return false;
        if (_pacer.IsDue(now))
            return true;
        _paceDeadline.Set(_pacer.WakeAt);
        return false;
    }

    private void SendNew(long now, int padding = 0)
    {
        var payload = _buffer.Take(_stream.MaxPayload);
        var flags = payload.Length > 0 ? PacketFlags.Data : PacketFlags.State;
        var isLast = _isEndRequested && _buffer.Unsent == 0;
        if (isLast)
            flags |= PacketFlags.End;
        var sequence = _packets.Append(payload, flags);
        if (isLast)
            _endSequence = sequence;
        if (padding > 0 && payload.Length == _stream.MaxPayload)
        {
            _packets[sequence].Padding = (byte)padding;
            _mtu.OnProbeSent();
        }
        _counters.BytesSent += payload.Length;
        Send(sequence, now);
        _tailProbeBase = now;
    }

    private void Send(long sequence, long now)
    {
        ref var packet = ref _packets[sequence];
        var isIdle = !_packets.IsAnyInFlight;
        if (isIdle)
        {
            _congestion.OnIdleRestart(_sampler.IsApplicationLimited, now);
            _timeoutBase = now;
            if (_packets.Count == 1 && packet.Transmissions == 0)
                _stalledSince = now;
        }
        packet.Delivery = _sampler.OnSend(isIdle, now);
        if (packet.Transmissions > 0)
        {
            _counters.Retransmissions++;
            DropPadding(ref packet, now);
        }
        packet.MayFragment = _mtu.MayFragment(IpBytes(packet), packet.Transmissions, isUrgent: _tailProbes > 0);
        _packets.OnTransmitted(sequence, now);
        _turnBytes += packet.Size;
        _pacer.OnSent(packet.Size, _congestion.PacingRate, now);
        _stream.Emit(packet.Flags, sequence, packet.Payload, packet.Padding, packet.MayFragment);
    }

    /// <summary>
    /// A packet has not left, because our own device takes none of its length. It is no sign of congestion, and repeated at
    /// once as one that may be divided.
    /// </summary>
    public void OnTooLong(in PacketHeader header, int ipBytes)
    {
        var now = _clock.Now;
        _mtu.OnRefused(ipBytes, now);
        var sequence = SequenceNumber.Expand(header.Sequence, _packets.First);
        var isPacket = header.Flags.HasAny(PacketFlags.Data) && sequence >= _packets.First && sequence < _packets.Next;
        if (!isPacket || _packets[sequence].State != SentPacketState.InFlight)
            return;
        DropPadding(ref _packets[sequence], now);
        _packets.OnLost(sequence);
    }

    /// <summary>Length as an IP packet, without padding.</summary>
    private int IpBytes(in SentPacket packet) => packet.Payload.Length + _stream.PacketOverhead;

    /// <summary>A probe that is lost, or repeated, tells that its length does not pass.</summary>
    private void DropPadding(ref SentPacket packet, long now)
    {
        if (packet.Padding > 0 && _packets.IsOnPath(packet))
            _mtu.OnProbeLost(now);
        packet.Padding = 0;
    }
}
