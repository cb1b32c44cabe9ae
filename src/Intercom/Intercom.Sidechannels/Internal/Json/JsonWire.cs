using Hyper.Encoding;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal.Json;

/// <summary>
/// A value on the wire: the length of its JSON text as a compact-encoded integer, then the text in UTF-8.
/// Source: compact-encoding 2.18.0, index.js, <c>json</c>.
/// </summary>
internal static class JsonWire
{
    public static byte[] Encode(ReadOnlySpan<byte> json)
    {
        var frame = new byte[CompactEncoding.SizeOfBuffer(json.Length)];
        new CompactWriter(frame).WriteBuffer(json);
        return frame;
    }

    public static byte[] Encode(JsValue value) => Encode(JsJson.StringifyToUtf8(value));

    /// <summary>The JSON text of a frame; what follows it is ignored, as the JavaScript side does.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> json) =>
        new CompactReader(frame).TryReadBuffer(out json);
}
