using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

/// <summary>Bytes of block 0. Source: hyperbee 2.26.5, lib/messages.js, <c>Header</c>.</summary>
internal static class HeaderCodec
{
    public static int GetSize(BeeHeader header)
    {
        var size = ProtobufWriter.SizeOfField(TextEncoding.UTF8.GetByteCount(header.Protocol));
        return header.HasMetadata ? size + ProtobufWriter.SizeOfField(GetMetadataSize(header)) : size;
    }

    public static void Write(ref ProtobufWriter writer, BeeHeader header)
    {
        writer.WriteField(1, TextEncoding.UTF8.GetBytes(header.Protocol));
        if (!header.HasMetadata)
            return;
        writer.WriteFieldHead(2, GetMetadataSize(header));
        if (header.ContentFeed is { } contentFeed)
            writer.WriteField(1, contentFeed.Span);
        if (header.UserData is { } userData)
            writer.WriteField(2, userData.Span);
    }

    public static byte[] Encode(BeeHeader header)
    {
        var bytes = new byte[GetSize(header)];
        var writer = new ProtobufWriter(bytes);
        Write(ref writer, header);
        return bytes;
    }

    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out BeeHeader? header)
    {
        header = null;
        string? protocol = null;
        var read = new BeeHeader();
        var reader = new ProtobufReader(bytes.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field, out var content))
                return false;
            if (field == 1)
                protocol = TextEncoding.UTF8.GetString(bytes[content].Span);
            if (field == 2 && !TryReadMetadata(bytes[content], ref read))
                return false;
        }
        if (protocol is null)
            return false;
        header = read with { Protocol = protocol };
        return true;
    }

    private static int GetMetadataSize(BeeHeader header)
    {
        var size = header.ContentFeed is { } contentFeed ? ProtobufWriter.SizeOfField(contentFeed.Length) : 0;
        return header.UserData is { } userData ? size + ProtobufWriter.SizeOfField(userData.Length) : size;
    }

    private static bool TryReadMetadata(ReadOnlyMemory<byte> bytes, ref BeeHeader header)
    {
        header = new BeeHeader { HasMetadata = true };
        var reader = new ProtobufReader(bytes.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field, out var content))
                return false;
            if (field == 1)
                header = header with { ContentFeed = bytes[content] };
            if (field == 2)
                header = header with { UserData = bytes[content] };
        }
        return true;
    }
}
