using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>
/// Source: hyperdht 6.27.0, lib/messages.js (<c>mutableSignable</c>, <c>mutablePutRequest</c>,
/// <c>mutableGetResponse</c>).
/// </summary>
internal static class MutableCodec
{
    /// <summary>The part of a record that its signature covers.</summary>
    public static byte[] EncodeSignable(ulong seq, ReadOnlySpan<byte> value)
    {
        var bytes = new byte[CompactEncoding.SizeOfUInt(seq) + CompactEncoding.SizeOfBuffer(value.Length)];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt(seq);
        writer.WriteBuffer(value);
        return bytes;
    }

    public static int GetSize(in MutableValue record) =>
        CompactEncoding.SizeOfUInt(record.Seq)
        + CompactEncoding.SizeOfBuffer(record.Value.Length)
        + record.Signature.Length;

    public static void Write(ref CompactWriter writer, in MutableValue record)
    {
        writer.WriteUInt(record.Seq);
        writer.WriteBuffer(record.Value);
        writer.WriteRaw(record.Signature);
    }

    public static byte[] Encode(in MutableValue record)
    {
        var bytes = new byte[GetSize(record)];
        var writer = new CompactWriter(bytes);
        Write(ref writer, record);
        return bytes;
    }

    public static byte[] EncodePut(in MutablePut put)
    {
        var bytes = new byte[Bytes32.Length + GetSize(put.Record)];
        var writer = new CompactWriter(bytes);
        writer.WriteFixed32(put.PublicKey);
        Write(ref writer, put.Record);
        return bytes;
    }

    private static bool TryRead(scoped ref CompactReader reader, out MutableValue record)
    {
        record = default;
        if (
            !reader.TryReadUInt(out var seq)
            || !reader.TryReadBuffer(out var value)
            || !reader.TryReadRaw(AnnounceCodec.SignatureBytes, out var signature)
        )
            return false;
        record = new MutableValue
        {
            Seq = seq,
            Value = value,
            Signature = signature,
        };
        return true;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out MutableValue record)
    {
        var reader = new CompactReader(bytes);
        return TryRead(ref reader, out record);
    }

    public static bool TryReadPut(ReadOnlySpan<byte> bytes, out MutablePut put)
    {
        put = default;
        var reader = new CompactReader(bytes);
        if (!reader.TryReadFixed32(out var publicKey) || !TryRead(ref reader, out MutableValue record))
            return false;
        put = new MutablePut { PublicKey = publicKey, Record = record };
        return true;
    }
}
