using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Hyper.Encoding.Json.Internal;

internal ref partial struct JsonParser
{
    /// <summary>Any integer of so many digits is exact in a double and cannot overflow a long.</summary>
    private const int MaxExactDigits = 15;

    private bool TryParseNumber([NotNullWhen(true)] out JsValue? value)
    {
        value = null;
        var start = _at;
        var isNegative = _text[_at] == '-';
        if (isNegative)
            _at++;
        var digits = _at;
        if (_at < _text.Length && _text[_at] == '0')
            _at++;
        else if (!SkipDigits())
            return FailHere();
        var wholeEnd = _at;
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            if (!SkipDigits())
                return FailHere();
        }
        if (_at < _text.Length && _text[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            if (_at < _text.Length && _text[_at] is (byte)'+' or (byte)'-')
                _at++;
            if (!SkipDigits())
                return FailHere();
        }
        value =
            _at == wholeEnd && wholeEnd - digits <= MaxExactDigits
                ? JsNumber.Of(ReadExact(_text[digits..wholeEnd], isNegative))
                : JsNumber.Of(ReadAny(_text[start.._at]));
        return true;
    }

    private bool SkipDigits()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is >= (byte)'0' and <= (byte)'9')
            _at++;
        return _at > start;
    }

    private static double ReadExact(ReadOnlySpan<byte> digits, bool isNegative)
    {
        long whole = 0;
        foreach (var digit in digits)
            whole = whole * 10 + (digit - '0');
        return isNegative ? -(double)whole : whole;
    }

    private static double ReadAny(ReadOnlySpan<byte> number)
    {
        // The grammar was checked above, so this cannot fail; too large is infinity, too small zero, as in JavaScript.
        _ = double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value);
        return value;
    }
}
