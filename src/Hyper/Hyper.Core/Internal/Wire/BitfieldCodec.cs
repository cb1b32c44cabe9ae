using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of a bitfield message. Source: hypercore 11.18.3, lib/messages.js, <c>wire.bitfield</c>.</summary>
internal static class BitfieldCodec
{
    private const int WordBytes = sizeof(uint);

    public static int GetSize(in BitfieldMessage message) =>
        WireNumbers.SizeOf(message.Start, (ulong)(message.Words.Length / WordBytes)) + message.Words.Length;

    public static void Write(ref CompactWriter writer, in BitfieldMessage message)
    {
        writer.WritePair(message.Start, (ulong)(message.Words.Length / WordBytes));
        writer.WriteRaw(message.Words.Span);
    }

    public static bool TryRead(ReadOnlyMemory<byte> source, out BitfieldMessage message)
    {
        message = default;
        var reader = new CompactReader(source.Span);
        if (!reader.TryReadNumber(out var start) || !reader.TryReadArrayLength(WordBytes, out var words))
            return false;
        message = new BitfieldMessage(start, source.Slice(reader.Position, words * WordBytes));
        return true;
    }
}
