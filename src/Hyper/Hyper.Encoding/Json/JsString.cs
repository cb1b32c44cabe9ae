using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>A string of JavaScript: UTF-16 code units, lone surrogates included.</summary>
public sealed class JsString : JsValue
{
    private static readonly JsString _empty = new("");

    private JsString(string value) => Value = value;

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override JsKind Kind => JsKind.String;

    /// <inheritdoc/>
    public override bool IsTruthy => Value.Length > 0;

    /// <summary>A string.</summary>
    public static JsString Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Length == 0 ? _empty : new JsString(value);
    }

    internal override void WriteTo(ref JsonSink sink, bool sorted, int depth) => JsonStrings.Write(ref sink, Value);
}
