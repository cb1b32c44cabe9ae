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
/// stream up if the probe is never acknowledged. Everything is bounded: window and slack by <see cref="ReceiveWindow"/>
/// and the options, the reorder buffer by its ring, and all of it together, over all streams of the node, by the
/// <see cref="ReceiveBudget"/>, from which each stream takes what it holds. What flows through to a running reader is
/// not held and always taken.
/// </remarks>
internal sealed class ReceiveHalf(UdxStream stream, UdxNode node, StreamCounters counters)
{
    /// <summary>No UDX packet is longer.</summary>
    private const int SmallestWindow = BufferPool.PacketBytes;

    private readonly ReorderBuffer _beyondGap = new(node.Buffers);
    private readonly ChunkQueue _held = new(node.Buffers);
    private readonly ReceiveWindow _window = new(node.Options, node.Clock);
    private readonly ReceiveBudget _budget = node.Budget;
    private readonly long _slack = Math.Max(node.Options.ReceiveWindowBytes, node.Options.MaxReceiveWindowBytes) / 4;
    private long _advertised = node.Options.ReceiveWindowBytes;
    private long _charged;
    private long _endSequence = long.MaxValue;
    private bool _isEndHeld;
    private bool _isDelivering;

    /// <summary>The next packet in order: what we acknowledge.</summary>
    public long Next { get; private set; } = node.Options.InitialSequence;

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

    /// <summary>Bytes that wait for the reader.</summary>
    public long HeldBytes => _held.Length;

    /// <summary>
    /// Free receive buffer in bytes, or 0 when no whole packet fits: a libudx sender stops at less than a packet, and only
    /// a window of 0 makes it ask, so a lost word of the reopened window would stop it for ever. A stream that holds
    /// nothing offers a little however scarce memory is: its reader runs.
    /// </summary>
    public uint Window
    {
        get
        {
            var least = _held.Length == 0 ? UdxOptions.MinReceiveWindowBytes : 0;
            var free = Math.Max(Offer - _held.Length, least);
            return free < SmallestWindow ? 0 : (uint)free;
        }
    }

    private long Offer => Math.Min(_window.Limit, _budget.OfferShare);

    private long WholeWindow => Math.Max(Offer, UdxOptions.MinReceiveWindowBytes);

    private bool IsReading => !IsPaused && _held.Length == 0 && stream.Handler is not null;

    /// <summary>A packet that consumes a sequence number has come.</summary>
    public void OnPacket(long sequence, PacketFlags flags, ReadOnlySpan<byte> payload)
    {
        IsAcknowledgementDue = true;
        if (sequence < Next)
        {
            counters.DuplicatesReceived++;
            return;
        }
        if (sequence > _endSequence || !HasRoomFor(sequence, payload.Length))
        {
            counters.PacketsDropped++;
            return;
        }
        if (sequence > Next)
        {
            if (!_beyondGap.TryStore(sequence, Next, flags, payload))
                counters.PacketsDropped++;
            Charge();
            return;
        }
        Consume(flags, payload);
        while (stream.IsOpen && Next <= _endSequence && _beyondGap.TryTake(Next, out var packet))
        {
            Consume(packet.Flags, packet.Payload);
            _beyondGap.Return(packet);
        }
        Charge();
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
            _window.OnRead(front.Length, stream.Rtt);
        }
        _isDelivering = false;
        if (!stream.IsOpen)
            Clear();
        Charge();
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
        Charge();
    }

    /// <summary>A window that was nearly shut and is open again must be told: the sender may be waiting for it.</summary>
    private bool IsWindowReopened() =>
        _advertised < WholeWindow / 2 && Window - _advertised >= Math.Min(WholeWindow / 4, WholeWindow - _advertised);

    private void Consume(PacketFlags flags, ReadOnlySpan<byte> payload)
    {
        var sequence = Next++;
        if (flags.HasAny(PacketFlags.End))
            _endSequence = sequence;
        if (flags.HasAny(PacketFlags.Data) && !payload.IsEmpty)
        {
            counters.BytesReceived += payload.Length;
            if (IsReading)
                Deliver(payload);
            else
                _held.Write(payload);
        }
        if (!flags.HasAny(PacketFlags.End) || !stream.IsOpen)
            return;
        if (IsReading)
            DeliverEnd(stream.Handler!);
        else
            _isEndHeld = true;
    }

    private void Deliver(ReadOnlySpan<byte> payload)
    {
        stream.Handler!.OnData(payload);
        _window.OnRead(payload.Length, stream.Rtt);
    }

    /// <summary>Whether a packet flows through to the reader, or may be held with all that this takes.</summary>
    private bool HasRoomFor(long sequence, int payload)
    {
        if (sequence == Next && IsReading)
            return true;
        var cost = sequence == Next ? _held.CostOf(payload) : _beyondGap.CostOf(sequence, Next);
        return _held.Length <= _window.Limit + _slack && _charged + cost <= _budget.HoldShare;
    }

    /// <summary>Tells the node what is held now.</summary>
    private void Charge()
    {
        var bytes = _held.MemoryBytes + _beyondGap.MemoryBytes;
        _budget.Add(bytes - _charged);
        _charged = bytes;
    }

    private void DeliverEnd(IByteDuplexHandler handler)
    {
        _isEndHeld = false;
        IsEnded = true;
        handler.OnEnd();
    }
}
