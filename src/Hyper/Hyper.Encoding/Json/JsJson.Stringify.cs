using System.Buffers;
using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

public static partial class JsJson
{
    /// <summary>The text of <c>JSON.stringify(value)</c>.</summary>
    /// <exception cref="InvalidOperationException">
    /// The value nests deeper than <see cref="JsJsonOptions.DepthCeiling"/>; it may contain itself. So do all that write.
    /// </exception>
    public static string Stringify(JsValue value) => ToText(value, sorted: false);

    /// <summary>Writes the UTF-8 bytes of <c>JSON.stringify(value)</c>.</summary>
    public static void Stringify(JsValue value, IBufferWriter<byte> output) => WriteTo(value, output, sorted: false);

    /// <summary>
    /// Writes the UTF-8 bytes of <c>JSON.stringify(value)</c>; false, and nothing written, if they do
    /// not fit.
    /// </summary>
    public static bool TryStringify(JsValue value, Span<byte> destination, out int bytesWritten) =>
        TryWriteTo(value, destination, out bytesWritten, sorted: false);

    /// <summary>The UTF-8 bytes of <c>JSON.stringify(value)</c>.</summary>
    public static byte[] StringifyToUtf8(JsValue value) => ToUtf8(value, sorted: false);

    /// <summary>The number of UTF-8 bytes of <c>JSON.stringify(value)</c>.</summary>
    public static int GetUtf8Length(JsValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var sink = JsonSink.ToPool();
        try
        {
            value.WriteTo(ref sink, sorted: false, depth: 0);
            return sink.Written.Length;
        }
        finally
        {
            sink.Release();
        }
    }

    /// <summary>
    /// The canonical text that sidechannel signatures and proofs of work are taken over: as <c>JSON.stringify</c>, but
    /// with the members of every object sorted by UTF-16 code units (array-index keys too). What the JavaScript side
    /// holds as <c>undefined</c> must be given as <see cref="JsValue.Null"/>.
    /// Source: Trac-Systems/intercom 964f578, features/sidechannel/index.js, <c>stableStringify</c>.
    /// </summary>
    public static string StringifySorted(JsValue value) => ToText(value, sorted: true);

    /// <summary>Writes the UTF-8 bytes of the canonical text, see <see cref="StringifySorted(JsValue)"/>.</summary>
    public static void StringifySorted(JsValue value, IBufferWriter<byte> output) =>
        WriteTo(value, output, sorted: true);

    /// <summary>
    /// Writes the UTF-8 bytes of the canonical text; false, and nothing written, if they do not fit.
    /// </summary>
    public static bool TryStringifySorted(JsValue value, Span<byte> destination, out int bytesWritten) =>
        TryWriteTo(value, destination, out bytesWritten, sorted: true);

    /// <summary>The UTF-8 bytes of the canonical text, see <see cref="StringifySorted(JsValue)"/>.</summary>
    public static byte[] StringifySortedToUtf8(JsValue value) => ToUtf8(value, sorted: true);

    private static string ToText(JsValue value, bool sorted)
    {
        ArgumentNullException.ThrowIfNull(value);
        var sink = JsonSink.ToPool();
        try
        {
            value.WriteTo(ref sink, sorted, depth: 0);
            // Lone surrogates are written as escapes, so the bytes are valid UTF-8 and nothing is lost.
            return TextEncoding.UTF8.GetString(sink.Written);
        }
        finally
        {
            sink.Release();
        }
    }

    private static byte[] ToUtf8(JsValue value, bool sorted)
    {
        ArgumentNullException.ThrowIfNull(value);
        var sink = JsonSink.ToPool();
        try
        {
            value.WriteTo(ref sink, sorted, depth: 0);
            return sink.Written.ToArray();
        }
        finally
        {
            sink.Release();
        }
    }

    private static void WriteTo(JsValue value, IBufferWriter<byte> output, bool sorted)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(output);
        var sink = JsonSink.To(output);
        value.WriteTo(ref sink, sorted, depth: 0);
        sink.Complete();
    }

    private static bool TryWriteTo(JsValue value, Span<byte> destination, out int bytesWritten, bool sorted)
    {
        ArgumentNullException.ThrowIfNull(value);
        var sink = JsonSink.ToPool();
        try
        {
            value.WriteTo(ref sink, sorted, depth: 0);
            var fits = sink.Written.TryCopyTo(destination);
            bytesWritten = fits ? sink.Written.Length : 0;
            return fits;
        }
        finally
        {
            sink.Release();
        }
    }
}
