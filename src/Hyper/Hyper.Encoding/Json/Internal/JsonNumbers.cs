using System.Globalization;

namespace Hyper.Encoding.Json.Internal;

/// <summary>
/// Numbers as JavaScript writes them (ECMA-262, Number::toString with radix 10): the shortest digits that read back as
/// the same double, plain from 1e-6 up to below 1e21, otherwise with an exponent.
/// </summary>
internal static class JsonNumbers
{
    private const double MaxSafeInteger = 9007199254740991;

    /// <summary>Digits of the shortest form of any double.</summary>
    private const int MaxDigits = 17;

    /// <summary>Most decimal places before the point in plain form.</summary>
    private const int MaxPlainPoint = 21;

    /// <summary>Least position of the point in plain form: 0.000001 has its point five places before its digit.</summary>
    private const int MinPlainPoint = -5;

    /// <summary>Enough for the longest text, <c>-1.2345678901234567e-300</c>, and the 21 digits of plain form.</summary>
    private const int MaxTextBytes = 32;

    public static void Write(ref JsonSink sink, double value)
    {
        if (!double.IsFinite(value))
        {
            sink.Write("null"u8);
            return;
        }
        var room = sink.GetSpan(MaxTextBytes);
        if (Math.Abs(value) <= MaxSafeInteger && (long)value == value)
        {
            // Covers negative zero, which is written as 0.
            ((long)value).TryFormat(room, out var length, default, CultureInfo.InvariantCulture);
            sink.Advance(length);
            return;
        }
        sink.Advance(Format(room, value));
    }

    private static int Format(Span<byte> text, double value)
    {
        var at = 0;
        if (value < 0)
            text[at++] = (byte)'-';
        var whole = ShortestDecimal.Find(Math.Abs(value), out var exponent);
        while (whole % 10 == 0)
        {
            whole /= 10;
            exponent++;
        }
        Span<byte> digits = stackalloc byte[MaxDigits];
        whole.TryFormat(digits, out var count, default, CultureInfo.InvariantCulture);
        digits = digits[..count];
        // The value is 0.digits times ten to the power of the point.
        var point = exponent + count;
        if (point is > MaxPlainPoint or < MinPlainPoint)
            return at + FormatExponential(text[at..], digits, point - 1);
        return at + FormatPlain(text[at..], digits, point);
    }

    private static int FormatPlain(Span<byte> text, ReadOnlySpan<byte> digits, int point)
    {
        if (point <= 0)
        {
            "0."u8.CopyTo(text);
            text.Slice(2, -point).Fill((byte)'0');
            digits.CopyTo(text[(2 - point)..]);
            return 2 - point + digits.Length;
        }
        if (digits.Length <= point)
        {
            digits.CopyTo(text);
            text[digits.Length..point].Fill((byte)'0');
            return point;
        }
        digits[..point].CopyTo(text);
        text[point] = (byte)'.';
        digits[point..].CopyTo(text[(point + 1)..]);
        return digits.Length + 1;
    }

    private static int FormatExponential(Span<byte> text, ReadOnlySpan<byte> digits, int exponent)
    {
        var at = 0;
        text[at++] = digits[0];
        if (digits.Length > 1)
        {
            text[at++] = (byte)'.';
            digits[1..].CopyTo(text[at..]);
            at += digits.Length - 1;
        }
        text[at++] = (byte)'e';
        text[at++] = (byte)(exponent < 0 ? '-' : '+');
        Math.Abs(exponent).TryFormat(text[at..], out var length, default, CultureInfo.InvariantCulture);
        return at + length;
    }
}
