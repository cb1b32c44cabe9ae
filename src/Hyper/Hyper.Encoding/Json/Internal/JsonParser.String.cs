using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace Hyper.Encoding.Json.Internal;

internal ref partial struct JsonParser
{
    private const int StackChars = 256;

    private static readonly SearchValues<byte> _ends = SearchValues.Create([
        (byte)'"',
        (byte)'\\',
        .. Enumerable.Range(0, 0x20).Select(control => (byte)control),
    ]);

    private bool TryParseText([NotNullWhen(true)] out JsValue? value)
    {
        _at++;
        var rest = _text[_at..];
        var plain = rest.IndexOfAny(_ends);
        if (plain >= 0 && rest[plain] == '"')
        {
            _at += plain + 1;
            // Bytes that are no UTF-8 are replaced when they are read, and so not written as they stand.
            value =
                plain >= JsString.MinKeptBytes && Utf8.IsValid(rest[..plain])
                    ? JsString.OfWritten(rest[..plain])
                    : JsString.Of(TextEncoding.UTF8.GetString(rest[..plain]));
            return true;
        }
        var parsed = TryParseEscaped(out var text);
        value = parsed ? JsString.Of(text!) : null;
        return parsed;
    }

    private bool TryParseKey([NotNullWhen(true)] out string? value)
    {
        _at++;
        var rest = _text[_at..];
        var plain = rest.IndexOfAny(_ends);
        if (plain < 0 || rest[plain] != '"')
            return TryParseEscaped(out value);
        _at += plain + 1;
        value = JsonKeys.Get(rest[..plain]);
        return true;
    }

    private bool TryParseEscaped([NotNullWhen(true)] out string? value)
    {
        value = null;
        var length = MeasureEscaped();
        if (length < 0)
            return false;
        char[]? rented = null;
        // A character never takes fewer bytes than characters, escapes and replaced bytes included.
        var room = length <= StackChars ? stackalloc char[StackChars] : rented = ArrayPool<char>.Shared.Rent(length);
        var unescaped = TryUnescape(_text.Slice(_at, length), room, out var count);
        if (unescaped)
        {
            value = new string(room[..count]);
            _at += length + 1;
        }
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return unescaped;
    }

    /// <summary>The number of bytes up to the closing quote, or -1 with the error set.</summary>
    private int MeasureEscaped()
    {
        var start = _at;
        var at = _at;
        while (true)
        {
            var plain = _text[at..].IndexOfAny(_ends);
            if (plain < 0)
                break;
            at += plain;
            if (_text[at] == '"')
                return at - start;
            if (_text[at] != '\\')
            {
                _at = at;
                Fail(JsJsonErrorKind.ControlCharacter);
                return -1;
            }
            at += 2;
            if (at > _text.Length)
                break;
        }
        _at = _text.Length;
        Fail(JsJsonErrorKind.UnexpectedEnd);
        return -1;
    }

    private bool TryUnescape(ReadOnlySpan<byte> source, scoped Span<char> target, out int count)
    {
        count = 0;
        var at = 0;
        while (true)
        {
            var plain = source[at..].IndexOf((byte)'\\');
            var segment = plain < 0 ? source[at..] : source.Slice(at, plain);
            count += TextEncoding.UTF8.GetChars(segment, target[count..]);
            if (plain < 0)
                return true;
            at += plain + 1;
            var width = ReadEscape(source[at..], out target[count]);
            if (width == 0)
            {
                _at += at - 1;
                return Fail(JsJsonErrorKind.BadEscape);
            }
            count++;
            at += width;
        }
    }

    /// <summary>Reads what follows a backslash and answers its length, 0 if it is no escape.</summary>
    private static int ReadEscape(ReadOnlySpan<byte> source, out char value)
    {
        const int UnicodeDigits = 4;
        value = source[0] switch
        {
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            (byte)'/' => '/',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => '\0',
        };
        if (value != 0)
            return 1;
        if (source[0] != 'u' || source.Length <= UnicodeDigits)
            return 0;
        var unit = 0;
        foreach (var digit in source.Slice(1, UnicodeDigits))
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return 0;
            unit = (unit << 4) | ((digit & 0xf) + (digit > '9' ? 9 : 0));
        }
        value = (char)unit;
        return 1 + UnicodeDigits;
    }
}
