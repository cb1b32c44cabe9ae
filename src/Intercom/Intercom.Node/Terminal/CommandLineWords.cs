using System.Text;

namespace Intercom.Node.Terminal;

/// <summary>
/// A line of the terminal as words, by the rules of the JavaScript version: white space divides; double quotes keep it, with
/// a backslash before what is to be taken as it is; single quotes keep everything; parts next to one another are one word.
/// Source: Trac-Systems/trac-peer b157f7e, src/artifacts/protocol.js, <c>parseArgs</c>.
/// </summary>
internal static class CommandLineWords
{
    /// <summary>The words; null when a quote is not closed.</summary>
    public static List<string>? TrySplit(string line)
    {
        List<string> words = [];
        var at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
                at++;
            if (at == line.Length)
                return words;
            if (ReadWord(line, ref at) is not { } word)
                return null;
            words.Add(word);
        }
    }

    private static string? ReadWord(string line, ref int at)
    {
        var word = new StringBuilder();
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
        {
            switch (line[at++])
            {
                case '"':
                    if (!ReadDoubleQuoted(line, ref at, word))
                        return null;
                    break;
                case '\'':
                    var end = line.IndexOf('\'', at);
                    if (end < 0)
                        return null;
                    word.Append(line, at, end - at);
                    at = end + 1;
                    break;
                case '\\' when at < line.Length:
                    word.Append(line[at++]);
                    break;
                case var character:
                    word.Append(character);
                    break;
            }
        }
        return word.ToString();
    }

    private static bool ReadDoubleQuoted(string line, ref int at, StringBuilder word)
    {
        while (at < line.Length)
        {
            var character = line[at++];
            if (character == '"')
                return true;
            if (character == '\\' && at < line.Length)
                character = line[at++];
            word.Append(character);
        }
        return false;
    }
}
