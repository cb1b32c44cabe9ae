using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of an extension message. Source: hypercore 11.18.3, lib/messages.js, <c>wire.extension</c>.</summary>
internal static class ExtensionCodec
{
    public static int GetSize(in ExtensionMessage message) =>
        CompactEncoding.SizeOfString(message.Name) + message.Message.Length;

    public static void Write(ref CompactWriter writer, in ExtensionMessage message)
    {
        writer.WriteString(message.Name);
        writer.WriteRaw(message.Message.Span);
    }

    public static bool TryRead(ReadOnlyMemory<byte> source, out ExtensionMessage message)
    {
        var reader = new CompactReader(source.Span);
        var read = reader.TryReadString(out var name);
        message = new ExtensionMessage(name, source[reader.Position..]);
        return read;
    }
}
