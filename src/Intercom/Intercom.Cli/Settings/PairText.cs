namespace Intercom.Cli.Settings;

/// <summary>
/// The text of <c>channel:value</c> pairs. Commas divide them, but not inside a JSON object, so that a welcome can be
/// given as JSON; the JavaScript version divides there too and so can take no JSON of more than one member.
/// </summary>
internal static class PairText
{
    /// <summary>The pairs, without the white space around them; empty ones are left out.</summary>
    public static List<string> SplitEntries(string text)
    {
        List<string> entries = [];
        int start = 0,
            depth = 0;
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character == '\\' && isQuoted)
                i++;
            else if (character == '"' && depth > 0)
                isQuoted = !isQuoted;
            else if (!isQuoted && character is '{' or '}')
                depth = Math.Max(0, depth + (character == '{' ? 1 : -1));
            else if (character == ',' && depth == 0)
            {
                Add(start..i);
                start = i + 1;
            }
        }
        Add(start..text.Length);
        return entries;

        void Add(Range range)
        {
            if (text[range].Trim() is { Length: > 0 } entry)
                entries.Add(entry);
        }
    }

    /// <summary>Name and value: the first colon divides, or the first equals sign where there is no colon.</summary>
    public static (string Name, string Value)? Split(string entry)
    {
        var at = entry.IndexOf(':', StringComparison.Ordinal);
        if (at < 0)
            at = entry.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
            return null;
        var name = entry[..at].Trim();
        var value = entry[(at + 1)..].Trim();
        return name.Length == 0 || value.Length == 0 ? null : (name, value);
    }
}
