using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>From the writer to the send half, and from both halves to the socket.</summary>
public sealed partial class UdxStream
{
    /// <summary>Packets with ranges in one turn at most; a turn brings about a hundred packets.</summary>
    private const int MaxSackPackets = 4;

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint) => _send.GetSpan(sizeHint);

    /// <summary>
    /// Takes the first <paramref name="bytes"/> bytes of the room into the stream. After <see cref="End"/>, and on a
    /// closed stream or the leg of a relay, they are discarded.
    /// </summary>
    public void Advance(int bytes)
    {
        if (IsOpen && !IsRelayLeg && !_send.IsEnding)
            _send.Advance(bytes);
        else
            _send.Discard();
    }

    /// <inheritdoc/>
    public bool Flush()
    {
        if (!IsOpen || IsRelayLeg)
            return true;
        QueueTurn();
        _isDrainAwaited |= _send.IsAboveHighWaterMark;
        return !_isDrainAwaited;
    }

    /// <inheritdoc/>
    public void End()
    {
        Loop.VerifyAccess();
        if (!IsOpen || IsRelayLeg || _send.IsEnding)
            return;
        _send.End();
        QueueTurn();
    }

    /// <summary>Sends one unordered, unreliable message of at most <see cref="MaxPayload"/> bytes.</summary>
    /// <returns>False when the stream is not connected, closed or the leg of a relay, or the message is too long.</returns>
    public bool TrySendMessage(ReadOnlySpan<byte> message)
    {
        Loop.VerifyAccess();
        if (!IsOpen || IsRelayLeg || _path.Socket is not { IsClosed: false } socket || message.Length > MaxPayload)
            return false;
        var room = socket.BeginSend(PacketHeader.Bytes + message.Length);
        WriteHeader(room, PacketFlags.Message, _send.Next);
        message.CopyTo(room[PacketHeader.Bytes..]);
        Commit(socket, PacketHeader.Bytes + message.Length);
        return true;
    }

    /// <summary>Sends one packet. Its header has our state of this moment, so a repeat is as fresh as a first one.</summary>
    /// <param name="flags">Its flags.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="padding">Zeros before the payload.</param>
    /// <param name="mayFragment">Whether a path that is narrower may divide it.</param>
    internal void Emit(
        PacketFlags flags,
        long sequence,
        in ChunkRange payload,
        byte padding = 0,
        bool mayFragment = false
    )
    {
        if (_path.Socket is not { IsClosed: false } socket)
            return;
        var length = PacketHeader.Bytes + padding + payload.Length;
        var room = socket.BeginSend(length);
        WriteHeader(room, flags, sequence, padding);
        room.Slice(PacketHeader.Bytes, padding).Clear();
        payload.CopyTo(room[(PacketHeader.Bytes + padding)..]);
        Commit(socket, length, mayFragment);
        // Without a gap the header says everything a STATE would.
        _receive.OnAdvertised(isAcknowledgement: !_receive.HasGap);
    }

    /// <summary>Our own device takes no packet of this length. Comes in the middle of sending.</summary>
    internal void OnTooLong(in PacketHeader header, int bytes)
    {
        if (!IsOpen || IsRelayLeg)
            return;
        _send.OnTooLong(header, bytes + PacketOverhead - PacketHeader.Bytes);
        QueueTurn();
    }

    private void EmitRanges()
    {
        for (var packets = 0; packets < MaxSackPackets && _receive.HasUntoldRanges; packets++)
            EmitAcknowledgement();
        if (_receive.IsAcknowledgementDue)
            EmitAcknowledgement();
    }

    private void EmitAcknowledgement()
    {
        if (_path.Socket is not { IsClosed: false } socket)
            return;
        var room = socket.BeginSend(PacketHeader.Bytes + PacketCodec.MaxSackRanges * PacketCodec.SackRangeBytes);
        var ranges = _receive.HasGap ? _receive.WriteSackRanges(room[PacketHeader.Bytes..]) : 0;
        WriteHeader(room, ranges > 0 ? PacketFlags.Sack : PacketFlags.State, _send.Next);
        Commit(socket, PacketHeader.Bytes + ranges);
        _receive.OnAdvertised(isAcknowledgement: true);
    }

    private void WriteHeader(Span<byte> destination, PacketFlags flags, long sequence, byte padding = 0) =>
        PacketCodec.WriteHeader(
            destination,
            new PacketHeader(flags, padding, _path.RemoteId, _receive.Window, (uint)sequence, (uint)_receive.Next)
        );

    private void Commit(UdxSocket socket, int bytes, bool mayFragment = false)
    {
        _counters.PacketsSent++;
        socket.CommitSend(bytes, _path.Remote, mayFragment: mayFragment);
    }
}
