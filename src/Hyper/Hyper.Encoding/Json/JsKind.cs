namespace Hyper.Encoding.Json;

/// <summary>What a <see cref="JsValue"/> is.</summary>
public enum JsKind
{
    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A double, as every number of JavaScript.</summary>
    Number,

    /// <summary>A sequence of UTF-16 code units; lone surrogates are allowed.</summary>
    String,

    /// <summary>An array.</summary>
    Array,

    /// <summary>An object with its members in JavaScript's order.</summary>
    Object,
}
