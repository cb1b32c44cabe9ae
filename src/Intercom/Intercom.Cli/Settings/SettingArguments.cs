namespace Intercom.Cli.Settings;

/// <summary>
/// The JavaScript version's rules for flags that the parser does not have: of a flag given twice the last one counts, one
/// with an empty value (<c>--flag=</c>) counts as not given, and a flag stands before its other names wherever it is.
/// </summary>
internal static class SettingArguments
{
    private const string EndOfFlags = "--";

    /// <summary>Each name of each setting, with its rank among the setting's names.</summary>
    private static readonly Dictionary<string, (SettingDefinition Setting, int Rank)> _names = SettingCatalog
        .All.SelectMany(setting =>
            ((string[])[setting.Flag, .. setting.Aliases]).Select((name, rank) => ("--" + name, (setting, rank)))
        )
        .ToDictionary(pair => pair.Item1, pair => pair.Item2);

    /// <summary>The arguments without the flags that do not count.</summary>
    public static string[] Normalize(string[] arguments)
    {
        Dictionary<string, (Range Words, bool IsEmpty)> last = [];
        var counts = new bool[arguments.Length];
        Array.Fill(counts, true);
        for (var i = 0; i < arguments.Length && arguments[i] != EndOfFlags; i++)
        {
            var divider = arguments[i].AsSpan().IndexOfAny('=', ':');
            var name = divider < 0 ? arguments[i] : arguments[i][..divider];
            if (!_names.ContainsKey(name))
                continue;
            var first = i;
            if (divider < 0 && i + 1 < arguments.Length && !IsFlag(arguments[i + 1]))
                i++;
            if (last.TryGetValue(name, out var earlier))
                counts.AsSpan(earlier.Words).Clear();
            last[name] = (first..(i + 1), divider == arguments[first].Length - 1);
        }
        foreach (var ofOne in last.GroupBy(given => _names[given.Key].Setting))
        {
            var isFound = false;
            foreach (var (_, (words, isEmpty)) in ofOne.OrderBy(given => _names[given.Key].Rank))
            {
                if (isFound || isEmpty)
                    counts.AsSpan(words).Clear();
                isFound |= !isEmpty;
            }
        }
        return [.. arguments.Where((_, i) => counts[i])];
    }

    private static bool IsFlag(string argument) => argument.StartsWith("--", StringComparison.Ordinal);
}
