using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>A stream on which nothing happens: keep-alive, and notice of a peer that is gone.</summary>
public sealed partial class UdxStream
{
    /// <summary>Questions that a peer may leave unanswered before its silence is believed.</summary>
    private const int QuestionsBeforeTimeout = 3;

    private Deadline? _idle;
    private long _connectedAt;
    private long _askedAt;

    /// <summary>
    /// While idle, asks the other side for an acknowledgement when nothing was heard from it for this long, which keeps NAT
    /// mappings alive; zero for never. The node's <see cref="UdxOptions.KeepAlive"/> at first.
    /// </summary>
    public TimeSpan KeepAlive
    {
        get;
        set
        {
            Loop.VerifyAccess();
            field = UdxOptions.Interval(value, nameof(KeepAlive));
            WatchIdle();
        }
    }

    /// <summary>
    /// Gives the stream up with ETIMEDOUT when nothing was heard for this long, also while this side has nothing to send;
    /// zero for never. The other side is asked before. The node's <see cref="UdxOptions.DeadPeerTimeout"/> at first.
    /// </summary>
    public TimeSpan DeadPeerTimeout
    {
        get;
        set
        {
            Loop.VerifyAccess();
            field = UdxOptions.Interval(value, nameof(DeadPeerTimeout));
            WatchIdle();
        }
    }

    private long QuestionInterval =>
        (long)(KeepAlive > TimeSpan.Zero ? KeepAlive : DeadPeerTimeout / QuestionsBeforeTimeout).TotalMicroseconds;

    private long HeardAt => Math.Max(_connectedAt, _send.LastHeardAt);

    /// <summary>Sets the timer. Packets do not move it: when it runs out too early, it is set again.</summary>
    private void WatchIdle()
    {
        if (!IsOpen || !_path.IsKnown || IsRelayLeg || QuestionInterval == 0)
        {
            _idle?.Clear();
            return;
        }
        _idle ??= new Deadline(_node.Clock, OnIdle);
        var due = Math.Max(HeardAt, _askedAt) + QuestionInterval;
        if (DeadPeerTimeout > TimeSpan.Zero)
            due = Math.Min(due, HeardAt + (long)DeadPeerTimeout.TotalMicroseconds);
        _idle.Set(due);
    }

    private void OnIdle()
    {
        if (IsRelayLeg)
        {
            OnRelayIdle();
            return;
        }
        var now = _node.Clock.Now;
        var silence = now - HeardAt;
        if (DeadPeerTimeout > TimeSpan.Zero && silence >= (long)DeadPeerTimeout.TotalMicroseconds)
        {
            OnSilence(silence);
            return;
        }
        if (now - Math.Max(HeardAt, _askedAt) >= QuestionInterval)
            Ask(now);
        WatchIdle();
    }

    /// <summary>
    /// Asks for an acknowledgement in a way that every peer answers: HEARTBEAT for those that know it, and for those that
    /// do not an empty repeat of the number before the next, which they have. Data in flight asks by itself.
    /// </summary>
    private void Ask(long now)
    {
        _askedAt = now;
        if (_send.First != _send.Next)
            return;
        _counters.KeepAlives++;
        Emit(PacketFlags.Heartbeat | PacketFlags.Data, _send.Next - 1, default);
    }
}
