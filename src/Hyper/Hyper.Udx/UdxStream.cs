using Hyper.Loop;
using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>
/// A reliable, ordered stream of bytes over UDP, with unordered messages beside it. Wire compatible with libudx.
/// </summary>
/// <remarks>
/// Ownership: the node's table holds the stream by its id; the stream owns its two halves and nothing else owns theirs.
/// <c>SendHalf</c> has the written bytes until they are acknowledged, <c>ReceiveHalf</c> what has come and cannot be handed
/// up yet; both take their buffers from the node's pool and give all of them back when the stream closes.
/// <para>
/// A turn of the loop: each packet is taken apart as it comes, its bytes go up to the reader at once, its acknowledgement
/// down to the send half; timers note what is due. At the end of the turn (<c>OnTurnEnd</c>) the stream hands up what a
/// resumed reader had left, tells the writer that there is room, repeats and sends what may leave, and acknowledges once
/// for everything that came, on a data packet if one leaves anyhow.
/// </para>
/// <para>
/// States: open (not connected, then connected), lingering, closed. There is no opening handshake. A stream is over when
/// both directions have ended, when either side destroys it, or when the other side is silent. It lingers after
/// a clean end, to answer a repeated END whose acknowledgement was lost, and after an own destroy, to repeat the DESTROY to
/// whoever still sends; then its id is forgotten.
/// </para>
/// <para>
/// By verb: where it sends and whom it hears (<c>Path</c>), from the writer to the socket (<c>Send</c>), from a datagram to
/// the halves (<c>Receive</c>), as the leg of a relay (<c>Relay</c>), while nothing happens (<c>Idle</c>), its end
/// (<c>Close</c>).
/// </para>
/// </remarks>
public sealed partial class UdxStream : IByteDuplex, ITurnEndItem
{
    private readonly UdxNode _node;
    private readonly SendHalf _send;
    private readonly ReceiveHalf _receive;
    private readonly StreamCounters _counters = new();
    private bool _isTurnQueued;
    private bool _isInTurn;
    private bool _isDrainAwaited;

    internal UdxStream(UdxNode node, uint id, UdxFirewall? firewall)
    {
        _node = node;
        Id = id;
        Firewall = firewall;
        _send = new SendHalf(this, node, _counters);
        _receive = new ReceiveHalf(this, node, _counters);
        _linger = new Deadline(node.Clock, StopLingering);
        KeepAlive = node.Options.KeepAlive;
        DeadPeerTimeout = node.Options.DeadPeerTimeout;
    }

    /// <inheritdoc/>
    public EventLoop Loop => _node.Loop;

    /// <summary>The id by which the other side addresses this stream.</summary>
    public uint Id { get; }

    /// <summary>Whether neither an end of both sides, nor a destroy, nor an error has closed the stream.</summary>
    public bool IsOpen => _state == State.Open;

    /// <summary>Measurements and counters at this moment.</summary>
    public UdxStreamStatistics Statistics =>
        _send.AddTo(
            new UdxStreamStatistics
            {
                BytesSent = _counters.BytesSent,
                BytesReceived = _counters.BytesReceived,
                PacketsSent = _counters.PacketsSent,
                PacketsReceived = _counters.PacketsReceived,
                PacketsForwarded = _counters.PacketsForwarded,
                BytesForwarded = _counters.BytesForwarded,
                Retransmissions = _counters.Retransmissions,
                Timeouts = _counters.Timeouts,
                TailProbes = _counters.TailProbes,
                KeepAlives = _counters.KeepAlives,
                ReceiveWindow = _receive.Window,
                BytesHeld = _receive.HeldBytes,
                DuplicatesReceived = _counters.DuplicatesReceived,
                PacketsDropped = _counters.PacketsDropped,
            }
        );

    internal IByteDuplexHandler? Handler { get; private set; }

    /// <summary>Smoothed round-trip time in microseconds, or 0.</summary>
    internal long Rtt => _send.Rtt;

    /// <inheritdoc/>
    public void Start(IByteDuplexHandler handler)
    {
        Loop.VerifyAccess();
        if (Handler is not null)
            throw new InvalidOperationException($"Stream {Id} has a handler already.");
        Handler = handler;
        QueueTurn();
    }

    /// <inheritdoc/>
    public void PauseReading() => _receive.IsPaused = true;

    /// <inheritdoc/>
    public void ResumeReading()
    {
        _receive.IsPaused = false;
        QueueTurn();
    }

    /// <summary>Has <c>OnTurnEnd</c> run once at the end of this turn.</summary>
    internal void QueueTurn()
    {
        // What comes up while the turn-end work runs is seen by that run itself.
        if (_isTurnQueued || _isInTurn)
            return;
        _isTurnQueued = true;
        Loop.AtTurnEnd(this);
    }

    void ITurnEndItem.OnTurnEnd()
    {
        _isTurnQueued = false;
        _isInTurn = true;
        try
        {
            CallHandler();
        }
        catch (Exception error)
        {
            OnHandlerFailed(error);
            throw;
        }
        if (_path.IsKnown && IsOpen && !IsRelayLeg)
        {
            if (_receive is { IsAcknowledgementDue: true, HasGap: true })
                EmitRanges();
            _send.Transmit();
            if (_receive.IsAcknowledgementDue)
                EmitAcknowledgement();
            CloseIfBothEnded();
        }
        AnswerWhileLingering();
        _isInTurn = false;
        if (IsOpen && (_send.HasMore || (_receive.HasDeliverable && Handler is not null)))
            QueueTurn();
        NotifyClosed();
    }

    private void CallHandler()
    {
        if (Handler is not { } handler || !IsOpen)
            return;
        if (_receive.HasDeliverable)
            _receive.DeliverHeld(handler);
        if (!_isDrainAwaited || !IsOpen || _send.IsAboveHighWaterMark)
            return;
        _isDrainAwaited = false;
        handler.OnDrain();
    }
}
