namespace Hyper.Encoding.Json;

/// <summary>Why a text is not taken.</summary>
public enum JsJsonErrorKind
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The text ends inside a value.</summary>
    UnexpectedEnd,

    /// <summary>A byte that cannot stand here.</summary>
    UnexpectedByte,

    /// <summary>A control character (below U+0020) inside a string.</summary>
    ControlCharacter,

    /// <summary>An escape that JSON does not have.</summary>
    BadEscape,

    /// <summary>Something other than white space after the value.</summary>
    TrailingText,

    /// <summary>More nested arrays and objects than <see cref="JsJsonOptions.MaxDepth"/>. <c>JSON.parse</c> takes it.</summary>
    TooDeep,

    /// <summary>More bytes than <see cref="JsJsonOptions.MaxBytes"/>. <c>JSON.parse</c> takes it.</summary>
    TooLarge,
}
