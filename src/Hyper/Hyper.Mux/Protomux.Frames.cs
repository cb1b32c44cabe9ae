using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux.Internal;

namespace Hyper.Mux;

/// <summary>Frames in and out. One frame is one message of the stream.</summary>
public sealed partial class Protomux
{
    private bool _isReceiving;

    // uint channel, uint type, payload; channel 0 is control. protomux 3.10.1, index.js, _decode.
    void IMessageDuplexHandler.OnMessage(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty || _isDestroyed)
            return;
        _isReceiving = true;
        try
        {
            var reader = new CompactReader(message);
            if (!reader.TryReadUInt(out var channel) || !TryHandle(channel, ref reader, isInBatch: false))
                Fail(ProtomuxErrorCode.InvalidFrame, $"A frame of {message.Length} bytes cannot be decoded.");
        }
        finally
        {
            _isReceiving = false;
        }
        ResumeIfAble();
    }

    private bool TryHandle(ulong channel, ref CompactReader reader, bool isInBatch)
    {
        if (!reader.TryReadUInt(out var type))
            return false;
        if (channel != 0)
        {
            Receive(channel, type, reader.Remaining);
            return true;
        }
        return type switch
        {
            // Nobody sends a batch in a batch; refusing it keeps the stack flat.
            ControlType.Batch => !isInBatch && TryHandleBatch(ref reader),
            ControlType.Open => TryHandleOpen(ref reader),
            ControlType.Reject => TryHandleReject(ref reader),
            ControlType.Close => TryHandleClose(ref reader),
            _ => true,
        };
    }

    // uint channel, then items: uint length >= 1 and that many bytes (type and payload), or 0 and the next channel.
    private bool TryHandleBatch(ref CompactReader reader)
    {
        if (!reader.TryReadUInt(out var channel))
            return false;
        var isCorked = false;
        try
        {
            while (!reader.IsAtEnd && !_isDestroyed)
            {
                if (!reader.TryReadBuffer(out var item))
                    return false;
                if (item.IsEmpty)
                {
                    if (!reader.TryReadUInt(out channel))
                        return false;
                    continue;
                }
                // A single item is answered as it would be outside of a batch.
                if (!isCorked && !reader.IsAtEnd)
                {
                    isCorked = true;
                    _writer.Cork();
                }
                var itemReader = new CompactReader(item);
                if (!TryHandle(channel, ref itemReader, isInBatch: true))
                    return false;
            }
            return true;
        }
        finally
        {
            if (isCorked)
                _writer.Uncork();
        }
    }

    private void Receive(ulong channel, ulong type, ReadOnlySpan<byte> payload)
    {
        if (FindRemote(channel) is not { } remote)
        {
            // Sent before the other side knew that the channel is closed.
            MuxMetrics.IgnoredMessages.Add(1);
        }
        else if (remote.Channel is not { State: MuxChannelState.Open } open)
        {
            HoldMessage(remote, type, payload);
        }
        else if (!open.Receive(type, payload))
        {
            MuxMetrics.IgnoredMessages.Add(1);
        }
    }

    private void WriteOpen(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        var size =
            CompactEncoding.SizeOfUInt(ControlType.Open)
            + CompactEncoding.SizeOfUInt((ulong)channel.LocalId)
            + CompactEncoding.SizeOfString(channel.Protocol)
            + CompactEncoding.SizeOfBuffer(channel.Id.Length)
            + handshake.Length;
        var writer = new CompactWriter(_writer.Begin(0, size));
        writer.WriteUInt(ControlType.Open);
        writer.WriteUInt((ulong)channel.LocalId);
        writer.WriteString(channel.Protocol);
        writer.WriteBuffer(channel.Id.Span);
        writer.WriteRaw(handshake);
        _writer.End();
    }

    private void WriteControl(ulong type, ulong id)
    {
        var size = CompactEncoding.SizeOfUInt(type) + CompactEncoding.SizeOfUInt(id);
        var writer = new CompactWriter(_writer.Begin(0, size));
        writer.WriteUInt(type);
        writer.WriteUInt(id);
        _writer.End();
    }
}
