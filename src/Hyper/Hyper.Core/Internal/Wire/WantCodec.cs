using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Bytes of want and unwant. Source: hypercore 11.37.1, lib/messages.js, <c>wire.want</c>; 11.18.3 has no flags.
/// </summary>
internal static class WantCodec
{
    private const byte Any = 1;

    public static int GetSize(in WantMessage message) =>
        WireNumbers.SizeOf(message.Start, message.Length) + (message.Any ? 1 : 0);

    public static void Write(ref CompactWriter writer, in WantMessage message)
    {
        writer.WritePair(message.Start, message.Length);
        if (message.Any)
            writer.WriteUInt8(Any);
    }

    public static bool TryRead(ref CompactReader reader, out WantMessage message)
    {
        message = default;
        var flags = 0UL;
        if (!reader.TryReadPair(out var start, out var length) || (!reader.IsAtEnd && !reader.TryReadUInt(out flags)))
            return false;
        message = new WantMessage(start, length, (flags & Any) != 0);
        return true;
    }
}
