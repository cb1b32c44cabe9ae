using Hyper.Encoding;
using Hyper.Loop;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>One connection: its channels, its frames in both directions, its counts. Belongs to the loop.</summary>
internal sealed class PeerLink
{
    /// <summary>Bytes that may wait in the connection before what is for this peer is dropped.</summary>
    public const int MaxUnsentBytes = 8 * 1024 * 1024;

    /// <summary>Bytes that wait in the connection above which own messages wait for it, for a while.</summary>
    public const int PaceBytes = 1024 * 1024;

    /// <summary>How long they wait; then the peer is slow, and they wait for it no more until it has read everything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly SidechannelState _state;
    private readonly InboundQueue _inbound;
    private int _unsentBytes;
    private TaskCompletionSource? _drained;
    private LoopTimer? _patience;
    private bool _isGivenUp;

    public PeerLink(
        ISidechannelConnection connection,
        ILinkOwner owner,
        SidechannelState state,
        Preparation preparation,
        InboundPipeline pipeline
    )
    {
        _state = state;
        Connection = connection;
        Owner = owner;
        Key = connection.RemotePublicKey;
        KeyHex = Key.ToHex();
        Limiter = state.Limiters.Enter(Key, state.Now);
        _inbound = new InboundQueue(state, this, preparation, pipeline);
    }

    public ISidechannelConnection Connection { get; }

    public ILinkOwner Owner { get; }

    public Bytes32 Key { get; }

    public string KeyHex { get; }

    public RateLimiter Limiter { get; }

    public DropCounts Drops { get; } = new();

    /// <summary>The links by channel; as many as there are channels.</summary>
    public Dictionary<string, ChannelLink> Links { get; } = new(StringComparer.Ordinal);

    /// <summary>Attempts to open, by channel, while they go on.</summary>
    public Dictionary<string, OpenRetry> Retries { get; } = new(StringComparer.Ordinal);

    /// <summary>Time on the loop's clock, which does not jump.</summary>
    public TimeSpan Now => _state.Now;

    public int WaitingFrames => _inbound.Count;

    public bool IsGone { get; private set; }

    /// <summary>Takes a frame in; what it is worth is found out later.</summary>
    public void Receive(ChannelLink link, ReadOnlySpan<byte> frame)
    {
        if (IsGone)
            return;
        if (Limiter.IsBlocked(_state.Now))
            Owner.Drop(link, DropReason.Blocked);
        else if (frame.Length > _state.MaxFrameBytes)
            Owner.Drop(link, DropReason.TooLarge);
        else if (!JsonWire.TryDecode(frame, out var json))
            Owner.Drop(link, DropReason.Malformed);
        else if (!_inbound.TryEnqueue(new InboundFrame(link, json, _state.Invites.IsInvited(link.Entry.Name, KeyHex))))
            Owner.Drop(link, DropReason.Backlog);
    }

    /// <summary>Forgets attempts to open that were given up; the other side's own open begins anew.</summary>
    public void ForgetRetries(TimeSpan now)
    {
        foreach (var (channel, retry) in Retries.ToList())
        {
            if (!retry.IsOver(now))
                continue;
            retry.Timer.Dispose();
            Retries.Remove(channel);
        }
    }

    /// <summary>Makes room for bytes to send; false when the peer reads too slowly.</summary>
    public bool TryReserve(int bytes)
    {
        if (Connection.Mux.Drained)
            _unsentBytes = 0;
        if (_unsentBytes + bytes > MaxUnsentBytes)
            return false;
        _unsentBytes += bytes;
        return true;
    }

    /// <summary>Whether what is sent should wait for this peer.</summary>
    public bool IsBehind => !IsGone && !_isGivenUp && _unsentBytes > PaceBytes && !Connection.Mux.Drained;

    /// <summary>Completes when the peer has read on, has gone, or has had its time.</summary>
    public Task WaitForDrainAsync()
    {
        if (_drained is null)
        {
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _patience ??= _state.Loop.Time.CreateTimer(_ => GiveUpWaiting(), null);
            _patience.Arm(Patience);
        }
        return _drained.Task;
    }

    /// <summary>The connection takes more.</summary>
    public void OnDrained()
    {
        _isGivenUp = false;
        EndWaiting();
    }

    private void GiveUpWaiting()
    {
        _isGivenUp = true;
        EndWaiting();
    }

    private void EndWaiting()
    {
        _patience?.Disarm();
        _drained?.TrySetResult();
        _drained = null;
    }

    /// <summary>A fault of ours while its frames were judged: give the connection up rather than be silent.</summary>
    public void Fail(Exception error) => Owner.OnPeerFailed(this, error);

    /// <summary>Forgets everything; the connection is gone.</summary>
    public void Close()
    {
        if (IsGone)
            return;
        IsGone = true;
        EndWaiting();
        _patience?.Dispose();
        _inbound.Close();
        foreach (var retry in Retries.Values)
            retry.Timer.Dispose();
        Retries.Clear();
        Links.Clear();
        _state.Limiters.Leave(Key, _state.Now);
    }
}
