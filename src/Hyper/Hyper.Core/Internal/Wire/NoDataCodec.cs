using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Bytes of a no-data. Source: hypercore 11.18.3, lib/messages.js, <c>wire.noData</c>; 11.8.3 sends the id alone, and reads no
/// further.
/// </summary>
internal static class NoDataCodec
{
    private const byte HasReason = 1;

    public static int GetSize(in NoDataMessage message)
    {
        var size = CompactEncoding.SizeOfUInt(message.Request) + 1;
        return message.Reason == NoDataReason.None ? size : size + CompactEncoding.SizeOfUInt((ulong)message.Reason);
    }

    public static void Write(ref CompactWriter writer, in NoDataMessage message)
    {
        writer.WriteUInt(message.Request);
        writer.WriteUInt8(message.Reason == NoDataReason.None ? default : HasReason);
        if (message.Reason != NoDataReason.None)
            writer.WriteUInt((ulong)message.Reason);
    }

    public static bool TryRead(ref CompactReader reader, out NoDataMessage message)
    {
        message = default;
        var (flags, reason) = (0UL, 0UL);
        if (
            !reader.TryReadNumber(out var request)
            || (!reader.IsAtEnd && !reader.TryReadUInt(out flags))
            || ((flags & HasReason) != 0 && !reader.TryReadNumber(out reason))
        )
            return false;
        message = new NoDataMessage(request, (NoDataReason)reason);
        return true;
    }
}
