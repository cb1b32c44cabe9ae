namespace Intercom.Cli.Settings;

/// <summary>
/// The JavaScript version's rules for flags that the parser does not have: of a flag given twice the last one counts, and
/// one with an empty value (<c>--flag=</c>) counts as not given.
/// </summary>
internal static class SettingArguments
{
    private const string EndOfFlags = "--";

    private static readonly Dictionary<string, SettingDefinition> _settings = SettingCatalog
        .All.SelectMany(setting => setting.Aliases.Append(setting.Flag).Select(flag => ("--" + flag, setting)))
        .ToDictionary(pair => pair.Item1, pair => pair.setting);

    /// <summary>The arguments without the flags that do not count.</summary>
    public static string[] Normalize(string[] arguments)
    {
        Dictionary<SettingDefinition, Range> last = [];
        var counts = new bool[arguments.Length];
        Array.Fill(counts, true);
        for (var i = 0; i < arguments.Length && arguments[i] != EndOfFlags; i++)
        {
            var divider = arguments[i].AsSpan().IndexOfAny('=', ':');
            var name = divider < 0 ? arguments[i] : arguments[i][..divider];
            if (!_settings.TryGetValue(name, out var setting))
                continue;
            var first = i;
            if (divider < 0 && i + 1 < arguments.Length && !IsFlag(arguments[i + 1]))
                i++;
            if (last.Remove(setting, out var earlier))
                counts.AsSpan(earlier).Clear();
            last[setting] = first..(i + 1);
            if (divider == arguments[first].Length - 1)
                counts[first] = false;
        }
        return [.. arguments.Where((_, i) => counts[i])];
    }

    private static bool IsFlag(string argument) => argument.StartsWith("--", StringComparison.Ordinal);
}
