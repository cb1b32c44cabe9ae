using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed class JsBoolean : JsValue
{
    private JsBoolean(bool value) => Value = value;

    /// <summary>The value <c>true</c>.</summary>
    public static JsBoolean True { get; } = new(true);

    /// <summary>The value <c>false</c>.</summary>
    public static JsBoolean False { get; } = new(false);

    /// <summary>The truth value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override JsKind Kind => JsKind.Boolean;

    /// <inheritdoc/>
    public override bool IsTruthy => Value;

    /// <summary>One of the two.</summary>
    public static JsBoolean Of(bool value) => value ? True : False;

    internal override void WriteTo(ref JsonSink sink, bool sorted, int depth) =>
        sink.Write(Value ? "true"u8 : "false"u8);
}
