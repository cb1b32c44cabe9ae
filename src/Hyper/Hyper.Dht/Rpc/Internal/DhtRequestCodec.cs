using Hyper.Encoding;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>Bytes of <see cref="DhtRequestMessage"/>. Layout in docs/protocol/dht-rpc.md.</summary>
internal static class DhtRequestCodec
{
    /// <summary>Exact length of the datagram.</summary>
    public static int GetSize(in DhtRequestMessage message) =>
        DhtWire.HeaderBytes
        + (message.Id.HasValue ? Bytes32.Length : 0)
        + (message.Token.HasValue ? Bytes32.Length : 0)
        + CompactEncoding.SizeOfUInt(message.Command)
        + (message.Target.HasValue ? Bytes32.Length : 0)
        + (message.HasValue ? CompactEncoding.SizeOfBuffer(message.Value.Length) : 0);

    /// <summary>Writes the datagram and answers its length.</summary>
    public static int Write(Span<byte> destination, in DhtRequestMessage message)
    {
        var writer = new CompactWriter(destination);
        writer.WriteUInt8(DhtWire.Request);
        writer.WriteUInt8(
            (byte)(
                (message.Id.HasValue ? DhtWire.IdFlag : 0)
                | (message.Token.HasValue ? DhtWire.TokenFlag : 0)
                | (message.IsInternal ? DhtWire.InternalFlag : 0)
                | (message.Target.HasValue ? DhtWire.TargetFlag : 0)
                | (message.HasValue ? DhtWire.ValueFlag : 0)
            )
        );
        writer.WriteUInt16(message.TransactionId);
        Addr6Codec.Write(ref writer, message.To);
        if (message.Id is { } id)
            writer.WriteFixed32(id);
        if (message.Token is { } token)
            writer.WriteFixed32(token);
        writer.WriteUInt(message.Command);
        if (message.Target is { } target)
            writer.WriteFixed32(target);
        if (message.HasValue)
            writer.WriteBuffer(message.Value);
        return writer.Position;
    }

    /// <summary>Reads a whole datagram; bytes after the last field are ignored, so that later versions may add some.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out DhtRequestMessage message)
    {
        message = default;
        var reader = new CompactReader(datagram);
        if (
            !reader.TryReadUInt8(out var kind)
            || kind != DhtWire.Request
            || !reader.TryReadUInt(out var flags)
            || !reader.TryReadUInt16(out var transactionId)
            || !Addr6Codec.TryRead(ref reader, out var to)
            || !reader.TryReadOptionalFixed32((flags & DhtWire.IdFlag) != 0, out var id)
            || !reader.TryReadOptionalFixed32((flags & DhtWire.TokenFlag) != 0, out var token)
            || !reader.TryReadUInt(out var command)
            || !reader.TryReadOptionalFixed32((flags & DhtWire.TargetFlag) != 0, out var target)
            || !reader.TryReadOptionalBuffer((flags & DhtWire.ValueFlag) != 0, out var value)
        )
        {
            return false;
        }
        message = new DhtRequestMessage
        {
            TransactionId = transactionId,
            To = to,
            Id = id,
            Token = token,
            IsInternal = (flags & DhtWire.InternalFlag) != 0,
            Command = (uint)Math.Min(command, uint.MaxValue),
            Target = target,
            HasValue = !value.IsEmpty,
            Value = value,
        };
        return true;
    }
}
