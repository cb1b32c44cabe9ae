using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Bytes of the channel's handshake. Source: protomux-wakeup 2.4.0, spec/hyperschema/index.js, <c>@wakeup/handshake</c>. Whatever
/// version the other side has, its handshake begins like this: JavaScript does not look at the number.
/// </summary>
internal static class WakeupHandshakeCodec
{
    private const byte Version = 0;

    public const int Size = 1 + Bytes32.Length + WakeupInfoCodec.Size;

    public static void Write(ref CompactWriter writer, in WakeupHandshake message)
    {
        writer.WriteUInt8(Version);
        writer.WriteFixed32(message.Capability);
        WakeupInfoCodec.Write(ref writer, message.IsActive);
    }

    public static bool TryRead(ref CompactReader reader, out WakeupHandshake message)
    {
        message = default;
        if (
            !reader.TryReadUInt(out _)
            || !reader.TryReadFixed32(out var capability)
            || !WakeupInfoCodec.TryRead(ref reader, out var isActive)
        )
            return false;
        message = new WakeupHandshake(capability, isActive);
        return true;
    }
}
