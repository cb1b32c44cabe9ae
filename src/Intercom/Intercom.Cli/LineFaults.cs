using System.CommandLine;
using System.CommandLine.Parsing;

namespace Intercom.Cli;

/// <summary>What is wrong with a command line, in words for the user; stricter than the parser where that guesses.</summary>
internal static class LineFaults
{
    private const string EndOfFlags = "--";

    /// <summary>One line for each fault; empty when the line can be run.</summary>
    public static IReadOnlyList<string> Find(ParseResult line, string[] arguments)
    {
        // The parser drops directives that it does not know.
        if (line.Tokens.FirstOrDefault(token => token.Type == TokenType.Directive) is { } directive)
            return [Unexpected(line, directive.Value)];
        if (FindMisplacedFlags(line) is { Count: > 0 } misplaced)
            return misplaced;
        if (FindUnknownFlags(line, arguments) is { Count: > 0 } unknown)
            return unknown;
        if (line.UnmatchedTokens.Count > 0)
            return [.. line.UnmatchedTokens.Select(token => Unexpected(line, token))];
        if (line.Errors.Count == 0)
            return [];
        if (FindMissing(line) is { } missing)
            return [missing];
        return [.. line.Errors.Select(error => $"{error.Message.TrimEnd('.')}. {SeeHelp(line)}")];
    }

    /// <summary>The parser says that something is missing, but not what.</summary>
    private static string? FindMissing(ParseResult line)
    {
        var command = line.CommandResult.Command;
        if (command.Action is null)
            return $"'{command.Name}' needs one of its commands: {Listed(command.Subcommands)}. {SeeHelp(line)}";
        List<Argument> missing =
        [
            .. command.Arguments.Where(argument =>
                argument.Arity.MinimumNumberOfValues > 0 && line.GetResult(argument) is not { Tokens.Count: > 0 }
            ),
        ];
        return missing.Count == 0
            ? null
            : $"'{command.Name}' needs {string.Join(" and ", missing.Select(one => $"<{one.Name}>"))}. {SeeHelp(line)}";
    }

    private static string Listed(IEnumerable<Command> commands) =>
        string.Join(", ", commands.Where(command => !command.Hidden).Select(command => command.Name));

    /// <summary>Where the command that was meant is explained.</summary>
    private static string SeeHelp(ParseResult line)
    {
        List<string> path = [];
        for (SymbolResult? result = line.CommandResult; result is CommandResult command; result = result.Parent)
            path.Insert(0, command.Command is RootCommand ? "intercom" : command.Command.Name);
        return $"See `{string.Join(' ', path)} --help`.";
    }

    /// <summary>The parser would read flags before the command as the bare command's, and drop them.</summary>
    private static List<string> FindMisplacedFlags(ParseResult line)
    {
        var command = line.CommandResult.Command.Name;
        if (ReferenceEquals(line.CommandResult, line.RootCommandResult))
            return [];
        return
        [
            .. line
                .RootCommandResult.Children.OfType<OptionResult>()
                .Where(result => result is { Implicit: false, Option.Recursive: false })
                .Select(result =>
                    $"{result.IdentifierToken} stands before the command '{command}': flags come after it; if "
                    + $"'{command}' is the flag's value, write {result.IdentifierToken}={command}."
                ),
        ];
    }

    /// <summary>The parser would take an unknown flag as a value of what stands before it.</summary>
    private static List<string> FindUnknownFlags(ParseResult line, string[] arguments)
    {
        var names = KnownFlags(line);
        var flags = arguments.TakeWhile(argument => argument != EndOfFlags).Where(argument => argument.StartsWith('-'));
        List<string> faults = [];
        foreach (var flag in flags)
        {
            var end = flag.AsSpan().IndexOfAny('=', ':');
            var name = end < 0 ? flag : flag[..end];
            if (IsLong(flag) ? !names.Contains(name) : IsTakenAsText(line, flag))
                faults.Add(Unknown(line, flag, names));
        }
        return faults;
    }

    private static bool IsLong(string flag) => flag.StartsWith("--", StringComparison.Ordinal);

    private static bool IsTakenAsText(ParseResult line, string flag) =>
        flag.Length > 1
        && (
            line.UnmatchedTokens.Contains(flag)
            || line.CommandResult.Children.OfType<ArgumentResult>()
                .Any(argument => argument.Tokens.Any(token => token.Value == flag))
        );

    private static List<string> KnownFlags(ParseResult line)
    {
        var own = line.CommandResult.Command.Options;
        var inherited = line.RootCommandResult.Command.Options.Where(option => option.Recursive);
        return [.. own.Concat(inherited).SelectMany(option => option.Aliases.Append(option.Name))];
    }

    private static string Unknown(ParseResult line, string flag, List<string> known)
    {
        var argument = line.CommandResult.Command.Arguments.FirstOrDefault(one => "--" + one.Name == flag);
        var hint =
            argument is not null ? $" <{argument.Name}> stands without a flag."
            : Nearest(flag, known) is { } nearest ? $" Did you mean {nearest}?"
            : line.CommandResult.Command.Arguments.Count > 0 ? $" Before a text that begins with a dash, put '--'."
            : "";
        return $"unknown flag '{flag}'.{hint} {SeeHelp(line)}";
    }

    private static string Unexpected(ParseResult line, string token)
    {
        var command = line.CommandResult.Command;
        if (command.Arguments.Count > 0)
            return $"unexpected '{token}': put a text with spaces in quotes. {SeeHelp(line)}";
        var hint =
            Nearest(token, [.. command.Subcommands.Select(sub => sub.Name)]) is { } nearest
                ? $" Did you mean {nearest}?"
            : MissingFlag(line) is { } flag ? $" Did you mean {flag} {token}?"
            : command is RootCommand ? $" A store is named with --name."
            : "";
        var there = command.Action is null ? $": '{command.Name}' has {Listed(command.Subcommands)}" : "";
        return $"unknown command or value '{token}'{there}.{hint} {SeeHelp(line)}";
    }

    /// <summary>The flag that the command needs and that is not there, if there is one.</summary>
    private static string? MissingFlag(ParseResult line) =>
        line
            .CommandResult.Command.Options.FirstOrDefault(option =>
                option.Required && line.GetResult(option) is null or { IdentifierTokenCount: 0 }
            )
            ?.Name;

    /// <summary>The allowed word that is most like <paramref name="token"/>, if it is like enough to be meant.</summary>
    public static string? Nearest(string token, List<string> allowed)
    {
        const int farthest = 3;
        var nearest = allowed.MinBy(name => Distance(token, name));
        return nearest is not null && Distance(token, nearest) <= Math.Min(farthest, token.Length / 2) ? nearest : null;
    }

    /// <summary>Levenshtein distance: how many letters must be changed, added or removed.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
