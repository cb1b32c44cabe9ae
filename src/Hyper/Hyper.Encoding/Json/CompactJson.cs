using System.Diagnostics.CodeAnalysis;

namespace Hyper.Encoding.Json;

/// <summary>JSON inside compact encoding: a length-prefixed UTF-8 text. Source: compact-encoding 2.18.0, <c>json</c>.</summary>
public static class CompactJson
{
    /// <summary>The length-prefixed text of a value.</summary>
    public static byte[] Encode(JsValue value)
    {
        var text = JsJson.StringifyToUtf8(value);
        var bytes = new byte[CompactEncoding.SizeOfBuffer(text.Length)];
        new CompactWriter(bytes).WriteBuffer(text);
        return bytes;
    }

    /// <summary>
    /// Reads a length-prefixed text. False leaves the position where it was; then <paramref name="error"/> is none if the
    /// bytes ran out, else what is wrong with the text (its offset counts from the start of the text).
    /// </summary>
    public static bool TryRead(
        ref CompactReader reader,
        JsJsonOptions? options,
        [NotNullWhen(true)] out JsValue? value,
        out JsJsonError error
    )
    {
        value = null;
        error = default;
        var ahead = reader;
        if (!ahead.TryReadBuffer(out var text) || !JsJson.TryParse(text, options, out value, out error))
            return false;
        reader = ahead;
        return true;
    }
}
