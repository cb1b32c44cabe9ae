using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>
/// JSON exactly as JavaScript has it: <c>JSON.parse</c> of what Node's <c>Buffer.toString()</c> gives, and
/// <c>JSON.stringify</c>, byte for byte. Signatures, hashes and proofs of work are taken over these bytes, so an own
/// reader and writer are needed: other libraries differ in numbers, escapes and the order of members.
/// See docs/protocol/encoding.md.
/// </summary>
public static partial class JsJson
{
    /// <summary>Parses with the default bounds. Never throws on foreign text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsValue? value) =>
        TryParse(utf8, options: null, out value, out _);

    /// <summary>
    /// Parses UTF-8 text. Invalid sequences become U+FFFD, a byte order mark is refused, both as Node does. Never throws
    /// on foreign text.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8,
        JsJsonOptions? options,
        [NotNullWhen(true)] out JsValue? value,
        out JsJsonError error
    )
    {
        options ??= JsJsonOptions.Default;
        if (utf8.Length > options.MaxBytes)
        {
            value = null;
            error = new JsJsonError(JsJsonErrorKind.TooLarge, options.MaxBytes);
            return false;
        }
        return new JsonParser(utf8, options.MaxDepth).TryParse(out value, out error);
    }

    /// <summary>Parses with the default bounds. Never throws on foreign text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out JsValue? value) =>
        TryParse(text, options: null, out value, out _);

    /// <summary>
    /// Parses a string of JavaScript, lone surrogates included. Sizes and offsets are those of the text in UTF-8.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<char> text,
        JsJsonOptions? options,
        [NotNullWhen(true)] out JsValue? value,
        out JsJsonError error
    )
    {
        options ??= JsJsonOptions.Default;
        if (text.Length > options.MaxBytes)
        {
            value = null;
            error = new JsJsonError(JsJsonErrorKind.TooLarge, options.MaxBytes);
            return false;
        }
        var sink = JsonSink.ToPool(text.Length);
        JsonStrings.WriteSource(ref sink, text);
        var parsed = TryParse(sink.Written, options, out value, out error);
        sink.Release();
        return parsed;
    }
}
