using Hyper.Loop;

namespace Hyper.Udx.Internal;

/// <summary>
/// The receiving direction of one stream: what has come, what is handed up, what is acknowledged.
/// </summary>
/// <remarks>
/// A packet in order goes to the reader straight from the socket's buffer. It is copied only where it has to wait: beyond
/// a gap in the <see cref="ReorderBuffer"/>, or behind a reader that has paused (or has not started) in a
/// <see cref="ChunkQueue"/>. What is held for the reader is taken off the advertised window, so a slow reader slows the
/// sender. Beyond the window a slack is still taken, because a sender probes a closed window with data and gives the
/// stream up if the probe is never acknowledged. Everything is bounded: window, slack, and the reorder buffer.
/// </remarks>
internal sealed class ReceiveHalf(UdxStream stream, BufferPool pool, UdxOptions options, StreamCounters counters)
{
    private readonly ReorderBuffer _beyondGap = new(pool);
    private readonly ChunkQueue _held = new(pool);
    private readonly long _windowLimit = options.ReceiveWindowBytes;
    private long _advertised = options.ReceiveWindowBytes;
    private long _endSequence = long.MaxValue;
    private bool _isEndHeld;
    private bool _isDelivering;

    /// <summary>The next packet in order: what we acknowledge.</summary>
    public long Next { get; private set; } = options.InitialSequence;

    /// <summary>Whether something came that has not been acknowledged.</summary>
    public bool IsAcknowledgementDue { get; private set; }

    /// <summary>Whether the reader has paused.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Whether the reader has been told of the end.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether packets beyond a gap wait, so that an acknowledgement needs ranges.</summary>
    public bool HasGap => _beyondGap.Count > 0;

    /// <summary>Whether more has come than the ranges written so far tell.</summary>
    public bool HasUntoldRanges => _beyondGap.HasNews;

    /// <summary>Whether bytes or the end wait for a reader that could take them.</summary>
    public bool HasDeliverable => !IsPaused && (_held.Length > 0 || _isEndHeld);

    /// <summary>Free receive buffer in bytes.</summary>
    public uint Window => (uint)Math.Max(_windowLimit - _held.Length, 0);

    private long HoldLimit => _windowLimit + _windowLimit / 4;

    /// <summary>A packet that consumes a sequence number has come.</summary>
    public void OnPacket(long sequence, PacketFlags flags, ReadOnlySpan<byte> payload)
    {
        IsAcknowledgementDue = true;
        if (sequence < Next)
        {
            counters.DuplicatesReceived++;
            return;
        }
        if (sequence > _endSequence || _held.Length > HoldLimit)
        {
            counters.PacketsDropped++;
            return;
        }
        if (sequence > Next)
        {
            if (!_beyondGap.TryStore(sequence, Next, flags, payload))
                counters.PacketsDropped++;
            return;
        }
        Consume(flags, payload);
        while (stream.IsOpen && Next <= _endSequence && _beyondGap.TryTake(Next, out var packet))
        {
            Consume(packet.Flags, packet.Payload);
            _beyondGap.Return(packet);
        }
    }

    /// <summary>Asks for an acknowledgement although nothing was consumed.</summary>
    public void RequestAcknowledgement() => IsAcknowledgementDue = true;

    /// <summary>Hands up what was held, until the reader pauses again.</summary>
    public void DeliverHeld(IByteDuplexHandler handler)
    {
        _isDelivering = true;
        while (!IsPaused && stream.IsOpen && _held.Length > 0)
        {
            var front = _held.Front;
            handler.OnData(front);
            _held.Release(front.Length);
        }
        _isDelivering = false;
        if (!stream.IsOpen)
            Clear();
        if (!IsPaused && stream.IsOpen && _isEndHeld)
            DeliverEnd(handler);
        if (IsWindowReopened())
            IsAcknowledgementDue = true;
    }

    /// <summary>The reader has failed in the middle of a delivery.</summary>
    public void StopDelivering() => _isDelivering = false;

    /// <summary>Notes that a packet with our state has left.</summary>
    public void OnAdvertised(bool isAcknowledgement)
    {
        _advertised = Window;
        if (isAcknowledgement)
            IsAcknowledgementDue = false;
    }

    public int WriteSackRanges(Span<byte> destination) => _beyondGap.WriteRanges(Next, destination);

    public void Clear()
    {
        // A reader that closes the stream is still looking at a chunk; then it is cleared when the reader returns.
        if (_isDelivering)
            return;
        _held.Clear();
        _beyondGap.Clear();
        _isEndHeld = false;
    }

    /// <summary>A window that was nearly shut and is open again must be told: the sender may be waiting for it.</summary>
    private bool IsWindowReopened() =>
        _advertised < _windowLimit / 2
        && Window - _advertised >= Math.Min(_windowLimit / 4, _windowLimit - _advertised);

    private void Consume(PacketFlags flags, ReadOnlySpan<byte> payload)
    {
        var sequence = Next++;
        if (flags.HasAny(PacketFlags.End))
            _endSequence = sequence;
        if (flags.HasAny(PacketFlags.Data) && !payload.IsEmpty)
        {
            counters.BytesReceived += payload.Length;
            if (IsPaused || _held.Length > 0 || stream.Handler is not { } reader)
                _held.Write(payload);
            else
                reader.OnData(payload);
        }
        if (!flags.HasAny(PacketFlags.End) || !stream.IsOpen)
            return;
        if (IsPaused || _held.Length > 0 || stream.Handler is not { } handler)
            _isEndHeld = true;
        else
            DeliverEnd(handler);
    }

    private void DeliverEnd(IByteDuplexHandler handler)
    {
        _isEndHeld = false;
        IsEnded = true;
        handler.OnEnd();
    }
}
