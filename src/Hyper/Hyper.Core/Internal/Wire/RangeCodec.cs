using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of a range. Source: hypercore 11.18.3, lib/messages.js, <c>wire.range</c>.</summary>
internal static class RangeCodec
{
    private const byte Drop = 1;
    private const byte One = 2;

    public static int GetSize(in RangeMessage message) =>
        1
        + CompactEncoding.SizeOfUInt(message.Start)
        + (message.Length == 1 ? 0 : CompactEncoding.SizeOfUInt(message.Length));

    public static void Write(ref CompactWriter writer, in RangeMessage message)
    {
        writer.WriteUInt8((byte)((message.Drop ? Drop : 0) | (message.Length == 1 ? One : 0)));
        writer.WriteUInt(message.Start);
        if (message.Length != 1)
            writer.WriteUInt(message.Length);
    }

    public static bool TryRead(ref CompactReader reader, out RangeMessage message)
    {
        message = default;
        var length = 1UL;
        if (
            !reader.TryReadUInt(out var flags)
            || !reader.TryReadNumber(out var start)
            || ((flags & One) == 0 && !reader.TryReadNumber(out length))
        )
            return false;
        message = new RangeMessage((flags & Drop) != 0, start, length);
        return true;
    }
}
