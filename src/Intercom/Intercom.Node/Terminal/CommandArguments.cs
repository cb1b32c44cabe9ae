namespace Intercom.Node.Terminal;

/// <summary>
/// The arguments of one command: words taken in pairs, a name (with or without dashes) and its value. <c>--name=value</c> is
/// taken too, which the JavaScript version has no meaning for.
/// </summary>
internal sealed class CommandArguments
{
    private readonly Dictionary<string, string?> _values = [];
    private readonly List<string> _names = [];
    private readonly HashSet<string> _known = [];

    private CommandArguments() { }

    /// <summary>
    /// Names that mean nothing to the command, as they were typed, and their values: words of a text without quotes, a value
    /// without a name, a name that is written wrong.
    /// </summary>
    public IEnumerable<(string Name, string? Value)> PassedOver =>
        _names
            .Select(typed =>
                (Typed: typed, Name: typed.StartsWith("--", StringComparison.Ordinal) ? typed[2..] : typed)
            )
            .Where(one => !_known.Contains(one.Name))
            .Select(one => (one.Typed, _values[one.Name]));

    /// <summary>Reads the words behind the command; null when a quote is not closed.</summary>
    public static CommandArguments? TryParse(string line)
    {
        if (CommandLineWords.TrySplit(line) is not { } words)
            return null;
        var arguments = new CommandArguments();
        for (var i = 1; i < words.Count; i++)
        {
            var hasDashes = words[i].StartsWith("--", StringComparison.Ordinal);
            var divider = hasDashes ? words[i].IndexOf('=', StringComparison.Ordinal) : -1;
            if (divider > "--".Length)
                arguments.Add(words[i][..divider], words[i][(divider + 1)..]);
            else
                arguments.Add(words[i], ++i < words.Count ? words[i] : null);
        }
        return arguments;
    }

    /// <summary>The only word, when it has no value, for a command that takes such a word.</summary>
    public string? TakeWord()
    {
        if (_names is not [var word] || word.StartsWith("--", StringComparison.Ordinal) || _values[word] is not null)
            return null;
        _known.Add(word);
        return word;
    }

    /// <summary>Says which names mean something to the command, besides those that are asked for with <see cref="Get"/>.</summary>
    public void Know(IEnumerable<string> names) => _known.UnionWith(names);

    /// <summary>The first value that is given and not empty, by any of the names in their order.</summary>
    public string? Get(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _known.Add(name);
            if (_values.TryGetValue(name, out var value) && value?.Length > 0)
                return value;
        }
        return null;
    }

    private void Add(string typed, string? value)
    {
        _names.Add(typed);
        _values[typed.StartsWith("--", StringComparison.Ordinal) ? typed[2..] : typed] = value;
    }
}
