using System.Globalization;

namespace Intercom.Cli.Settings;

/// <summary>Times as people write them: a whole number and a unit, such as <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>1d</c>, <c>2w</c>.</summary>
internal static class DurationText
{
    public const string Allowed = "a number with a unit: 90s, 15m, 12h, 1d or 2w";

    /// <summary>Reads one; null when it is none, zero, or longer than a hundred years.</summary>
    public static TimeSpan? TryParse(string text)
    {
        var unit = text.Length < 2 ? 0 : SecondsOf(text[^1]);
        if (
            unit == 0
            || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        )
            return null;
        var seconds = (long)count * unit;
        return seconds is > 0 and < 100L * 366 * 24 * 60 * 60 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static int SecondsOf(char unit) =>
        unit switch
        {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            'w' => 7 * 24 * 60 * 60,
            _ => 0,
        };
}
