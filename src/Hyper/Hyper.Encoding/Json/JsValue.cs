using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>
/// A value that JavaScript's <c>JSON.parse</c> can give. Scalars are immutable; <see cref="JsArray"/> and
/// <see cref="JsObject"/> can be changed and belong to whoever holds them. Values that nobody changes may be read from
/// any thread. Numbers, strings and booleans convert implicitly, as in <c>new JsObject { ["ttl"] = 3 }</c>; a string that
/// is null becomes <see cref="Null"/>.
/// </summary>
public abstract class JsValue
{
    private protected JsValue() { }

    /// <summary>The value <c>null</c>.</summary>
    public static JsValue Null => JsNull.Instance;

    /// <summary>What this is.</summary>
    public abstract JsKind Kind { get; }

    /// <summary>Whether this is <c>null</c>.</summary>
    public bool IsNull => Kind == JsKind.Null;

    /// <summary>Whether JavaScript takes this for true: all but null, false, 0, -0, NaN and the empty string.</summary>
    public virtual bool IsTruthy => true;

    /// <summary>The text, if this is a string.</summary>
    public bool TryGetString([NotNullWhen(true)] out string? value)
    {
        value = (this as JsString)?.Value;
        return value is not null;
    }

    /// <summary>The number, if this is one.</summary>
    public bool TryGetNumber(out double value)
    {
        value = this is JsNumber number ? number.Value : 0;
        return this is JsNumber;
    }

    /// <summary>The truth value, if this is one.</summary>
    public bool TryGetBoolean(out bool value)
    {
        value = this is JsBoolean { Value: true };
        return this is JsBoolean;
    }

    /// <summary>The text of <c>JSON.stringify</c>.</summary>
    public override string ToString() => JsJson.Stringify(this);

    /// <summary>A string, or <see cref="Null"/>.</summary>
    public static implicit operator JsValue(string? value) => FromString(value);

    /// <summary>A number. Integers convert through double, as JavaScript does: exact up to 2^53.</summary>
    public static implicit operator JsValue(double value) => JsNumber.Of(value);

    /// <summary>A truth value.</summary>
    public static implicit operator JsValue(bool value) => JsBoolean.Of(value);

    /// <summary>A string, or <see cref="Null"/>.</summary>
    public static JsValue FromString(string? value) => value is null ? JsNull.Instance : JsString.Of(value);

    /// <summary>A number.</summary>
    public static JsValue FromDouble(double value) => JsNumber.Of(value);

    /// <summary>A truth value.</summary>
    public static JsValue FromBoolean(bool value) => JsBoolean.Of(value);

    /// <summary>Writes the text; <paramref name="depth"/> counts the containers around this value.</summary>
    internal abstract void WriteTo(ref JsonSink sink, bool sorted, int depth);
}
