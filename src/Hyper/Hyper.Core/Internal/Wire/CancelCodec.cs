using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of a cancel. Source: hypercore 11.18.3, lib/messages.js, <c>wire.cancel</c>.</summary>
internal static class CancelCodec
{
    public static int GetSize(in CancelMessage message) => CompactEncoding.SizeOfUInt(message.Request);

    public static void Write(ref CompactWriter writer, in CancelMessage message) => writer.WriteUInt(message.Request);

    public static bool TryRead(ref CompactReader reader, out CancelMessage message)
    {
        var read = reader.TryReadNumber(out var request);
        message = new CancelMessage(request);
        return read;
    }
}
