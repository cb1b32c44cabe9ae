using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>The value <c>null</c>.</summary>
public sealed class JsNull : JsValue
{
    private JsNull() { }

    /// <summary>The only one.</summary>
    public static JsNull Instance { get; } = new();

    /// <inheritdoc/>
    public override JsKind Kind => JsKind.Null;

    /// <inheritdoc/>
    public override bool IsTruthy => false;

    internal override void WriteTo(ref JsonSink sink, bool sorted, int depth) => sink.Write("null"u8);
}
