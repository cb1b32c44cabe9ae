using System.Globalization;
using System.Text;

namespace Intercom.Cli.Terminal;

/// <summary>Foreign text must not steer the terminal, nor pass for lines of ours: what could do so is shown, not sent.</summary>
internal static class TerminalText
{
    private const char Shown = '\uFFFD';
    private const string ContinuationIndent = "\n    ";

    /// <summary>The text as one line.</summary>
    public static string OneLine(string text) =>
        text.Any(Steers) ? string.Create(text.Length, text, static (line, source) => Replace(line, source)) : text;

    /// <summary>The text with its line breaks; all lines but the first are indented.</summary>
    public static string Lines(string text) =>
        string.Join(ContinuationIndent, text.ReplaceLineEndings("\n").Split('\n').Select(OneLine));

    /// <summary>JSON with such characters as escapes; they occur inside its strings only.</summary>
    public static string Json(string json)
    {
        if (!json.Any(Steers))
            return json;
        var escaped = new StringBuilder(json.Length + 16);
        foreach (var character in json)
        {
            if (Steers(character))
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                escaped.Append(character);
        }
        return escaped.ToString();
    }

    private static void Replace(Span<char> line, string source)
    {
        for (var i = 0; i < line.Length; i++)
            line[i] = Steers(source[i]) ? Shown : source[i];
    }

    /// <summary>Control characters but the tab, line and paragraph separators, and marks that turn the writing direction.</summary>
    private static bool Steers(char character) =>
        (char.IsControl(character) && character != '\t')
        || character
            is '\u061C'
                or '\u200E'
                or '\u200F'
                or (>= '\u2028' and <= '\u202E')
                or (>= '\u2066' and <= '\u2069');
}
