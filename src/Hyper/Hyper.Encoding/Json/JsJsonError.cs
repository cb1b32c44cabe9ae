namespace Hyper.Encoding.Json;

/// <summary>Why and where a text is not taken.</summary>
/// <param name="Kind">The reason.</param>
/// <param name="Offset">Where, in bytes of the UTF-8 text from its start.</param>
public readonly record struct JsJsonError(JsJsonErrorKind Kind, int Offset)
{
    /// <summary>One line for a log; contains nothing of the text.</summary>
    public override string ToString() => Kind == JsJsonErrorKind.None ? "no error" : $"{Kind} at byte {Offset}";
}
