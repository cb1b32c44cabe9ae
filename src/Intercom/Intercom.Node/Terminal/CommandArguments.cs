namespace Intercom.Node.Terminal;

/// <summary>
/// The arguments of one command: words taken in pairs, a name (with or without dashes) and its value. <c>--name=value</c> is
/// taken too, which the JavaScript version has no meaning for.
/// </summary>
internal sealed class CommandArguments
{
    private readonly Dictionary<string, string?> _values = [];

    private CommandArguments() { }

    /// <summary>Names without dashes whose value is missing: most often words of a text without quotes.</summary>
    public List<string> Stray { get; } = [];

    /// <summary>Reads the words behind the command; null when a quote is not closed.</summary>
    public static CommandArguments? TryParse(string line)
    {
        if (CommandLineWords.TrySplit(line) is not { } words)
            return null;
        var arguments = new CommandArguments();
        for (var i = 1; i < words.Count; i++)
        {
            var isNamed = words[i].StartsWith("--", StringComparison.Ordinal);
            var name = isNamed ? words[i][2..] : words[i];
            var divider = isNamed ? name.IndexOf('=', StringComparison.Ordinal) : -1;
            if (!isNamed)
                arguments.Stray.Add(name);
            if (divider > 0)
                arguments._values[name[..divider]] = name[(divider + 1)..];
            else
                arguments._values[name] = ++i < words.Count ? words[i] : null;
        }
        return arguments;
    }

    /// <summary>The last word, when it is one without a value and the only stray one, for a command that takes such a word.</summary>
    public string? TakeWord()
    {
        if (Stray is not [var word] || _values[word] is not null)
            return null;
        Stray.Clear();
        return word;
    }

    /// <summary>The first value that is given and not empty, by any of the names in their order.</summary>
    public string? Get(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_values.TryGetValue(name, out var value) && value?.Length > 0)
                return value;
        }
        return null;
    }
}
