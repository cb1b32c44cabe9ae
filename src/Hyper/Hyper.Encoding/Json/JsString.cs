using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>A string of JavaScript: UTF-16 code units, lone surrogates included.</summary>
/// <remarks>
/// A longer text of a parsed document that stands there as <c>JSON.stringify</c> writes it is kept in those bytes, and decoded
/// only for who asks: most are passed on unread, and hashed on the way.
/// </remarks>
public sealed class JsString : JsValue
{
    /// <summary>Shorter texts are decoded at once.</summary>
    internal const int MinKeptBytes = 160;

    private static readonly JsString _empty = new("");

    /// <summary>The text as it is written between its quotes; null when only <see cref="_value"/> is there.</summary>
    private readonly byte[]? _written;

    /// <summary>The text once somebody has asked. Threads that ask at once each decode it, to the same end.</summary>
    private string? _value;

    private JsString(string value) => _value = value;

    private JsString(byte[] written) => _written = written;

    /// <summary>The text.</summary>
    public string Value => _value ??= TextEncoding.UTF8.GetString(_written!);

    /// <inheritdoc/>
    public override JsKind Kind => JsKind.String;

    /// <inheritdoc/>
    public override bool IsTruthy => _written is not null || _value!.Length > 0;

    /// <summary>A string.</summary>
    public static JsString Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Length == 0 ? _empty : new JsString(value);
    }

    /// <summary>A string that is written as these bytes, which are not empty and valid UTF-8 without anything to escape.</summary>
    internal static JsString OfWritten(ReadOnlySpan<byte> utf8) => new(utf8.ToArray());

    internal override void WriteTo(ref JsonSink sink, bool sorted, int depth)
    {
        if (_written is null)
        {
            JsonStrings.Write(ref sink, _value);
            return;
        }
        sink.Write((byte)'"');
        sink.Write(_written);
        sink.Write((byte)'"');
    }
}
