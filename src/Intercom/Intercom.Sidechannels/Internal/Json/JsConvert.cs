using System.Buffers;
using System.Globalization;
using System.Text;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal.Json;

/// <summary>
/// The conversions of JavaScript that the wire format leans on: what is signed is the converted value, so they have to
/// be exact. A null reference stands for <c>undefined</c>.
/// </summary>
internal static class JsConvert
{
    private static readonly SearchValues<char> _decimalChars = SearchValues.Create("0123456789.eE+-");

    /// <summary><c>value?.key</c>: null for anything that is not an object with that key.</summary>
    public static JsValue? Get(JsValue? value, string key) => (value as JsObject)?[key];

    /// <summary><c>value ?? fallback</c>.</summary>
    public static JsValue OrNull(JsValue? value) => value ?? JsValue.Null;

    public static bool IsNullish(JsValue? value) => value is null || value.IsNull;

    public static bool IsTruthy(JsValue? value) => value is not null && value.IsTruthy;

    /// <summary>Whether <c>typeof value === 'object'</c> and the value is not null.</summary>
    public static bool IsObjectLike(JsValue? value) => value is JsObject or JsArray;

    /// <summary><c>String.prototype.trim</c>. It differs from .NET's in U+FEFF and U+0085.</summary>
    public static string Trim(string text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsWhiteSpace(text[start]))
            start++;
        while (end > start && IsWhiteSpace(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>What <c>trim</c> and the <c>\s</c> of an expression take for white space.</summary>
    public static bool IsWhiteSpace(char value) => value == '\uFEFF' || (value != '\u0085' && char.IsWhiteSpace(value));

    /// <summary><c>String(value)</c>.</summary>
    public static string ToText(JsValue? value) =>
        value switch
        {
            null => "undefined",
            JsString text => text.Value,
            JsNumber number => ToText(number.Value),
            JsArray array => Join(array),
            JsObject => "[object Object]",
            _ => value.ToString(),
        };

    /// <summary><c>Number(value)</c>.</summary>
    public static double ToNumber(JsValue? value) =>
        value switch
        {
            null => double.NaN,
            JsNull => 0,
            JsBoolean boolean => boolean.Value ? 1 : 0,
            JsNumber number => number.Value,
            JsString text => ParseNumber(text.Value),
            JsArray array => ParseNumber(Join(array)),
            _ => double.NaN,
        };

    private static string ToText(double number) =>
        double.IsNaN(number) ? "NaN"
        : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity")
        : JsJson.Stringify(JsNumber.Of(number));

    private static string Join(JsArray array)
    {
        var text = new StringBuilder();
        for (var i = 0; i < array.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            if (!array[i].IsNull)
                text.Append(ToText(array[i]));
        }
        return text.ToString();
    }

    /// <summary>ECMA-262, StringToNumber.</summary>
    private static double ParseNumber(string source)
    {
        var text = Trim(source).AsSpan();
        if (text.IsEmpty)
            return 0;
        if (text.Length > 2 && text[0] == '0' && TryGetRadix(text[1], out var radix))
            return ParseDigits(text[2..], radix);
        var unsigned = text[0] is '+' or '-' ? text[1..] : text;
        if (unsigned.SequenceEqual("Infinity"))
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        const NumberStyles Decimal =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var isDecimal = unsigned.IndexOfAnyExcept(_decimalChars) < 0 && unsigned.IndexOfAnyInRange('0', '9') >= 0;
        return isDecimal && double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out var number)
            ? number
            : double.NaN;
    }

    private static bool TryGetRadix(char marker, out int radix)
    {
        radix = marker switch
        {
            'x' or 'X' => 16,
            'o' or 'O' => 8,
            'b' or 'B' => 2,
            _ => 0,
        };
        return radix > 0;
    }

    private static double ParseDigits(ReadOnlySpan<char> digits, int radix)
    {
        double number = 0;
        foreach (var digit in digits)
        {
            var value = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            if (value >= radix)
                return double.NaN;
            number = (number * radix) + value;
        }
        return number;
    }
}
