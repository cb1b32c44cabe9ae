using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>How a stream ends.</summary>
public sealed partial class UdxStream
{
    /// <summary>
    /// A closed stream answers for this many retransmission timeouts: as long as the other side goes on repeating an END
    /// whose acknowledgement was lost, before it gives up with an error after a clean end.
    /// </summary>
    private const int PatienceInTimeouts = 13;
    private const long MaxPatience = 60 * MicrosecondClock.Second;

    /// <summary>Answers of a closed stream at most: enough for every repeat a peer makes in that time.</summary>
    private const int MaxLingerAnswers = 16;

    private const PacketFlags AsksForAnswer = PacketFlags.Data | PacketFlags.End | PacketFlags.Heartbeat;

    private readonly Deadline _linger;
    private State _state;
    private Exception? _closeError;
    private bool _isClosePending;
    private bool _isAnswerDue;
    private int _lingerAnswers;
    private PacketFlags _lingerAnswer;
    private long _lingerSequence;

    private enum State
    {
        Open,
        Lingering,
        Closed,
    }

    /// <summary>How long the other side goes on repeating a packet before it gives the stream up.</summary>
    private long PeerPatience => Math.Min(PatienceInTimeouts * _send.RetransmissionTimeout, MaxPatience);

    internal bool IsLingering => _state == State.Lingering;

    /// <summary>Whether both sides have ended, everything has arrived, and only our END waits for its answer.</summary>
    internal bool IsFarewell => _send.IsOnlyEndOutstanding && _receive.IsEnded;

    /// <summary>
    /// Gives the stream up at once in both directions and tells the other side, which sees ECONNRESET. What is queued is
    /// dropped. <see cref="Hyper.Loop.IByteDuplexHandler.OnClose"/> follows with <paramref name="error"/>.
    /// </summary>
    public void Destroy(Exception? error = null)
    {
        Loop.VerifyAccess();
        if (!IsOpen)
            return;
        if (IsInRelay)
        {
            Close(error, State.Closed);
            return;
        }
        _lingerAnswer = PacketFlags.Destroy;
        Emit(PacketFlags.Destroy, _send.Next, default);
        Close(error, _path.IsKnown ? State.Lingering : State.Closed);
    }

    /// <summary>Destroys the stream with its socket or node; nothing is left in the table.</summary>
    internal void Cancel(string reason)
    {
        if (IsOpen)
            Destroy(new UdxException(UdxException.Canceled, $"Stream {Id} was destroyed because {reason}."));
        Forget();
    }

    /// <summary>
    /// A handler does not throw. One that does has lost its place in the bytes: the stream ends, instead of going on
    /// with a hole in it, or standing still for ever.
    /// </summary>
    private void OnHandlerFailed(Exception error)
    {
        _isInTurn = false;
        _receive.StopDelivering();
        Destroy(error);
    }

    /// <summary>The other side has not answered for <paramref name="microseconds"/>.</summary>
    internal void OnSilence(long microseconds)
    {
        if (IsFarewell)
        {
            // All data of both sides has arrived and the other side is gone, as a libudx peer is at once after its end:
            // only its last acknowledgement was lost.
            Close(null, State.Closed);
            return;
        }
        Emit(PacketFlags.Destroy, _send.Next, default);
        var error = new UdxException(
            UdxException.TimedOut,
            $"Stream {Id} got no answer from {RemoteAddress} for {microseconds / MicrosecondClock.Millisecond} ms. "
                + "The peer is gone or the path is broken; connect again."
        );
        Close(error, State.Closed);
    }

    private void CloseIfBothEnded()
    {
        if (IsOpen && _send.IsEnded && _receive.IsEnded)
            Close(null, State.Lingering);
    }

    private void Close(Exception? error, State state)
    {
        _state = state;
        _closeError = error;
        _isClosePending = true;
        _lingerSequence = Math.Max(_lingerSequence, _send.Next);
        _send.Clear();
        _receive.Clear();
        Firewall = null;
        SettleRemoteChange(false);
        LeaveRelay();
        _idle?.Remove();
        if (state == State.Lingering && _node.TryLinger(this))
            BeginLinger();
        else
            Forget();
        QueueTurn();
    }

    private void BeginLinger()
    {
        _linger.Set(_node.Clock.Now + PeerPatience);
    }

    private void NotifyClosed()
    {
        if (!_isClosePending || Handler is not { } handler)
            return;
        _isClosePending = false;
        handler.OnClose(_closeError);
    }

    private void OnPacketWhileLingering(in PacketHeader header)
    {
        var isAnswered = !header.Flags.HasAny(PacketFlags.Destroy) && header.Flags.HasAny(AsksForAnswer);
        if (!isAnswered || _lingerAnswers >= MaxLingerAnswers)
            return;
        _isAnswerDue = true;
        QueueTurn();
    }

    private void AnswerWhileLingering()
    {
        if (!_isAnswerDue || _state != State.Lingering)
            return;
        _isAnswerDue = false;
        _lingerAnswers++;
        Emit(_lingerAnswer, _lingerSequence, default);
    }

    /// <summary>Forgets a closed stream: its time is over, or its place is needed.</summary>
    internal void StopLingering()
    {
        if (IsLingering)
            Forget();
    }

    private void Forget()
    {
        _state = State.Closed;
        _linger.Remove();
        _path.Socket?.Remove(this);
        _node.Remove(this);
    }
}
