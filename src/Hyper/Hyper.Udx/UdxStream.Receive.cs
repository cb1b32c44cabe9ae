using Hyper.Loop;
using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>From a datagram to the two halves.</summary>
public sealed partial class UdxStream
{
    /// <summary>
    /// How far ahead of what has come a DESTROY may be: as many packets as libudx or we ever have in flight. A forged one
    /// has to guess the sequence number within this range.
    /// </summary>
    private const int MaxDestroyDistance = 65_536;

    internal void OnPacket(UdxSocket socket, ReadOnlySpan<byte> packet, in UdpAddress from)
    {
        var source = Source.Foreign;
        if (PacketCodec.TryRead(packet, out var header, out var sackRanges, out var payload))
            source = SourceOf(socket, from);
        if (source == Source.Foreign)
        {
            _counters.PacketsDropped++;
            return;
        }
        _counters.PacketsReceived++;
        if (!IsOpen)
        {
            OnPacketWhileLingering(header);
            return;
        }
        if (_relayTo is { } destination)
        {
            Relay(destination, header, packet);
            return;
        }
        // Before anything of the packet is used: who forges one without seeing ours has this number to guess too.
        if (!_send.IsPlausible(header))
        {
            _counters.PacketsDropped++;
            return;
        }
        QueueTurn();
        var sequence = SequenceNumber.Expand(header.Sequence, _receive.Next);
        if (header.Flags.HasAny(PacketFlags.Destroy))
        {
            OnDestroyPacket(sequence, source);
            return;
        }
        try
        {
            if (header.Flags.HasAny(PacketFlags.Data | PacketFlags.End))
                _receive.OnPacket(sequence, header.Flags, payload);
            else if (header.Flags.HasAny(PacketFlags.Message))
                Handler?.OnMessage(payload);
            else if (header.Flags.HasAny(PacketFlags.Heartbeat))
                _receive.RequestAcknowledgement();
        }
        catch (Exception error)
        {
            OnHandlerFailed(error);
            throw;
        }
        // The handler may have closed the stream meanwhile.
        if (!IsOpen)
            return;
        _send.OnAcknowledgement(header, sackRanges);
        CheckRemoteChange();
    }

    private void OnDestroyPacket(long sequence, Source source)
    {
        var distance = sequence - _receive.Next;
        // Who speaks from the new place would destroy from there; the old one may be a relay that is no longer trusted.
        var isOutdated = source == Source.FormerRemote && _isPathHeard;
        if (isOutdated || distance is < 0 or > MaxDestroyDistance)
        {
            _counters.PacketsDropped++;
            return;
        }
        Close(NewResetError(), State.Closed);
    }

    private UdxException NewResetError() =>
        new(
            UdxException.ConnectionReset,
            $"The other side destroyed stream {Id} from {RemoteAddress}. Connect again if the data is still wanted."
        );
}
