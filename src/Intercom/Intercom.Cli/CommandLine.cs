using System.CommandLine;
using Intercom.Cli.Terminal;
using Intercom.Node.Store;

namespace Intercom.Cli;

/// <summary>Runs one command line: parses it, says what is wrong with it, and turns every outcome into an exit code.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan _shutdownPatience = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var line = CommandTree.Create().Parse(arguments);
        if (line.Errors.Count > 0)
        {
            foreach (var text in Explain(line))
                Output.Error(text);
            return ExitCode.Usage;
        }
        try
        {
            return await line.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = _shutdownPatience,
                }
            );
        }
        catch (CommandException error)
        {
            Output.Error(error.Message);
            return error.ExitCode;
        }
        catch (PeerStoreException error)
        {
            Output.Error(error.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Done;
        }
    }

    private static IEnumerable<string> Explain(ParseResult line)
    {
        if (line.UnmatchedTokens.Count == 0)
            return line.Errors.Select(error => error.Message);
        var known = line
            .CommandResult.Command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            .ToList();
        var commands = line.CommandResult.Command.Subcommands.Select(command => command.Name).ToList();
        return line.UnmatchedTokens.Select(token => Unknown(token, token.StartsWith('-') ? known : commands));
    }

    private static string Unknown(string token, List<string> allowed)
    {
        var kind = token.StartsWith('-') ? "flag" : "command or value";
        var nearest = allowed.MinBy(name => Distance(token, name));
        var hint = nearest is not null && Distance(token, nearest) <= 3 ? $" Did you mean {nearest}?" : "";
        return $"unknown {kind} '{token}'.{hint} See `intercom --help`.";
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
