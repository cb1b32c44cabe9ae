using Hyper.Encoding;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>Bytes of <see cref="DhtReplyMessage"/>. Layout in docs/protocol/dht-rpc.md.</summary>
internal static class DhtReplyCodec
{
    /// <summary>Exact length of the datagram.</summary>
    public static int GetSize(in DhtReplyMessage message) =>
        DhtWire.HeaderBytes
        + (message.Id.HasValue ? Bytes32.Length : 0)
        + (message.Token.HasValue ? Bytes32.Length : 0)
        + (message.CloserNodes.Count > 0 ? Addr6Codec.GetArraySize(message.CloserNodes.Count) : 0)
        + (message.Error > 0 ? CompactEncoding.SizeOfUInt(message.Error) : 0)
        + (message.HasValue ? CompactEncoding.SizeOfBuffer(message.Value.Length) : 0);

    /// <summary>Writes the datagram and answers its length.</summary>
    public static int Write(Span<byte> destination, in DhtReplyMessage message)
    {
        var writer = new CompactWriter(destination);
        writer.WriteUInt8(DhtWire.Reply);
        writer.WriteUInt8(
            (byte)(
                (message.Id.HasValue ? DhtWire.IdFlag : 0)
                | (message.Token.HasValue ? DhtWire.TokenFlag : 0)
                | (message.CloserNodes.Count > 0 ? DhtWire.CloserNodesFlag : 0)
                | (message.Error > 0 ? DhtWire.ErrorFlag : 0)
                | (message.HasValue ? DhtWire.ValueFlag : 0)
            )
        );
        writer.WriteUInt16(message.TransactionId);
        Addr6Codec.Write(ref writer, message.To);
        if (message.Id is { } id)
            writer.WriteFixed32(id);
        if (message.Token is { } token)
            writer.WriteFixed32(token);
        if (message.CloserNodes.Count > 0)
        {
            writer.WriteUInt((ulong)message.CloserNodes.Count);
            writer.WriteRaw(message.CloserNodes.Bytes);
        }
        if (message.Error > 0)
            writer.WriteUInt(message.Error);
        if (message.HasValue)
            writer.WriteBuffer(message.Value);
        return writer.Position;
    }

    /// <summary>Reads a whole datagram; bytes after the last field are ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out DhtReplyMessage message)
    {
        message = default;
        var reader = new CompactReader(datagram);
        if (
            !reader.TryReadUInt8(out var kind)
            || kind != DhtWire.Reply
            || !reader.TryReadUInt(out var flags)
            || !reader.TryReadUInt16(out var transactionId)
            || !Addr6Codec.TryRead(ref reader, out var to)
            || !reader.TryReadOptionalFixed32((flags & DhtWire.IdFlag) != 0, out var id)
            || !reader.TryReadOptionalFixed32((flags & DhtWire.TokenFlag) != 0, out var token)
        )
        {
            return false;
        }
        Addr6List closerNodes = default;
        ulong error = 0;
        if ((flags & DhtWire.CloserNodesFlag) != 0 && !Addr6Codec.TryReadArray(ref reader, out closerNodes))
            return false;
        if ((flags & DhtWire.ErrorFlag) != 0 && !reader.TryReadUInt(out error))
            return false;
        if (!reader.TryReadOptionalBuffer((flags & DhtWire.ValueFlag) != 0, out var value))
            return false;
        message = new DhtReplyMessage
        {
            TransactionId = transactionId,
            To = to,
            Id = id,
            Token = token,
            CloserNodes = closerNodes,
            Error = (uint)Math.Min(error, uint.MaxValue),
            HasValue = !value.IsEmpty,
            Value = value,
        };
        return true;
    }
}
