using Hyper.Encoding;

namespace Hyper.Mux.Tests;

/// <summary>Control frames as the other side would write them.</summary>
internal static class Frames
{
    public static byte[] Open(ulong id, string protocol, ReadOnlySpan<byte> channelId = default, int handshakeBytes = 0)
    {
        var size =
            2
            + CompactEncoding.SizeOfUInt(id)
            + CompactEncoding.SizeOfString(protocol)
            + CompactEncoding.SizeOfBuffer(channelId.Length)
            + handshakeBytes;
        var frame = new byte[size];
        var writer = new CompactWriter(frame);
        writer.WriteUInt(0);
        writer.WriteUInt(1);
        writer.WriteUInt(id);
        writer.WriteString(protocol);
        writer.WriteBuffer(channelId);
        return frame;
    }

    public static string Reject(ulong id) => Control(2, id);

    public static string Close(ulong id) => Control(3, id);

    private static string Control(ulong type, ulong id)
    {
        var frame = new byte[2 + CompactEncoding.SizeOfUInt(id)];
        var writer = new CompactWriter(frame);
        writer.WriteUInt(0);
        writer.WriteUInt(type);
        writer.WriteUInt(id);
        return Convert.ToHexStringLower(frame);
    }
}
