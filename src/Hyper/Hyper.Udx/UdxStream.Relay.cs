using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>
/// A stream as the leg of a relay: what comes for it leaves at once through another stream, untouched but for the id.
/// The two ends run one stream between each other; the legs keep no bytes, numbers or timers of it.
/// </summary>
public sealed partial class UdxStream
{
    private UdxStream? _relayTo;
    private List<UdxStream>? _relayedBy;
    private uint? _relayedSequence;

    /// <summary>Whether <see cref="RelayTo"/> was called, and the stream is still open.</summary>
    public bool IsRelayLeg => _relayTo is not null;

    private long RelayIdleMicroseconds => (long)_node.Options.RelayIdleTimeout.TotalMicroseconds;

    private bool IsInRelay => _relayTo is not null || _relayedBy is { Count: > 0 };

    /// <summary>
    /// Makes this stream a leg of a relay: each packet that comes for it from its remote goes to the remote of
    /// <paramref name="destination"/>, through its socket. Usually two streams relay to each other, and connect to whoever
    /// sends to them first (<see cref="UdxFirewall"/>). As udx-native's <c>relayTo</c>.
    /// </summary>
    /// <remarks>
    /// Packets are dropped while the destination is not connected. A DESTROY is passed on and closes this leg with
    /// ECONNRESET. When a stream closes, those that relay to it close as well, and nobody is told by a packet: the ends may
    /// have moved to a direct path, which the word of a relay must not break. What is written to a leg is discarded.
    /// </remarks>
    /// <returns>
    /// False when either stream is closed, or the node carries <see cref="UdxOptions.MaxRelayLegs"/> already.
    /// </returns>
    /// <exception cref="InvalidOperationException">The stream relays already.</exception>
    /// <exception cref="ArgumentException">The destination is this stream, or belongs to another node.</exception>
    public bool RelayTo(UdxStream destination)
    {
        Loop.VerifyAccess();
        if (destination == this || destination._node != _node)
            throw new ArgumentException("A leg needs another stream of the same node.", nameof(destination));
        if (IsRelayLeg)
            throw new InvalidOperationException($"Stream {Id} relays to stream {_relayTo!.Id} already.");
        if (!IsOpen || !destination.IsOpen || _node.RelayLegCount >= _node.Options.MaxRelayLegs)
            return false;
        _node.RelayLegCount++;
        _relayTo = destination;
        (destination._relayedBy ??= []).Add(this);
        _send.Clear();
        _receive.Clear();
        _idle ??= new Deadline(_node.Clock, OnIdle);
        KeepRelay();
        return true;
    }

    private void Relay(UdxStream destination, in PacketHeader header, ReadOnlySpan<byte> packet)
    {
        var isDestroy = header.Flags.HasAny(PacketFlags.Destroy);
        if (isDestroy && !IsNearRelayed(header.Sequence))
        {
            _counters.PacketsDropped++;
            return;
        }
        if (_relayedSequence is not { } newest || (int)(header.Sequence - newest) > 0)
            _relayedSequence = header.Sequence;
        KeepRelay();
        destination.Forward(packet, _counters);
        if (isDestroy)
            OnDestroyRelayed(destination, header.Sequence);
    }

    private void Forward(ReadOnlySpan<byte> packet, StreamCounters source)
    {
        if (_path.Socket is not { IsClosed: false } socket)
        {
            source.PacketsDropped++;
            return;
        }
        var room = socket.BeginSend(packet.Length);
        packet.CopyTo(room);
        PacketCodec.WriteStreamId(room, _path.RemoteId);
        Commit(socket, packet.Length);
        source.PacketsForwarded++;
        source.BytesForwarded += packet.Length;
    }

    /// <summary>A forged DESTROY has to guess the number here as at the ends.</summary>
    private bool IsNearRelayed(uint sequence) =>
        _relayedSequence is not { } newest
        || (int)(sequence - newest) is >= -MaxDestroyDistance and <= MaxDestroyDistance;

    private void OnDestroyRelayed(UdxStream destination, uint sequence)
    {
        var partner = destination._relayTo == this ? destination : null;
        if (partner is not null)
            _relayedBy?.Remove(partner);
        Close(NewResetError(), State.Closed);
        if (partner is not { IsOpen: true })
            return;
        // The end behind the partner may not have got the DESTROY; whatever it still sends is answered with it.
        partner._lingerAnswer = PacketFlags.Destroy;
        partner._lingerSequence = sequence;
        partner.Close(null, partner._path.IsKnown ? State.Lingering : State.Closed);
    }

    /// <summary>Something has passed: this leg, and the one for the way back, live on.</summary>
    private void KeepRelay()
    {
        var due = _node.Clock.Now + RelayIdleMicroseconds;
        _idle!.Set(due);
        if (_relayTo!._relayTo == this)
            _relayTo._idle!.Set(due);
    }

    private void OnRelayIdle()
    {
        var error = new UdxException(
            UdxException.TimedOut,
            $"Nothing was relayed from {RemoteAddress} to {_relayTo?.RemoteAddress} or back for "
                + $"{_node.Options.RelayIdleTimeout}. The ends may have found a direct path."
        );
        Close(error, State.Closed);
    }

    private void LeaveRelay()
    {
        if (_relayTo is { } destination)
        {
            _node.RelayLegCount--;
            _relayTo = null;
            destination._relayedBy?.Remove(this);
        }
        if (_relayedBy is not { } legs)
            return;
        _relayedBy = null;
        foreach (var leg in legs)
            leg.Close(null, State.Closed);
    }
}
