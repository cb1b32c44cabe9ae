using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Whether the sender works with the topic. Source: protomux-wakeup 2.4.0, spec/hyperschema/index.js, <c>@wakeup/info</c>.
/// </summary>
internal static class WakeupInfoCodec
{
    private const byte Active = 1;

    public const int Size = 1;

    public static void Write(ref CompactWriter writer, bool isActive) => writer.WriteUInt8(isActive ? Active : default);

    public static bool TryRead(ref CompactReader reader, out bool isActive)
    {
        var read = reader.TryReadUInt(out var flags);
        isActive = (flags & Active) != 0;
        return read;
    }
}
