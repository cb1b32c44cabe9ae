using System.CommandLine;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;
using Intercom.Node.Store;

namespace Intercom.Cli;

/// <summary>Runs one command line: parses it, says what is wrong with it, and turns every outcome into an exit code.</summary>
internal static class CommandLine
{
    // A text such as "@alice hello" is a text, not the name of a file with more arguments.
    private static readonly ParserConfiguration _parser = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] arguments)
    {
        StandardOutput.Prepare();
        arguments = SettingArguments.Normalize(arguments);
        var line = CommandTree.Create().Parse(arguments, _parser);
        var faults = LineFaults.Find(line, arguments);
        if (faults.Count > 0)
            return Fail(ExitCode.Usage, faults);
        using var lifetime = new Lifetime();
        try
        {
            return await line.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                lifetime.Stopping
            );
        }
        catch (CommandException error)
        {
            return Fail(error.ExitCode, error.Lines);
        }
        catch (PeerStoreException error)
        {
            return Fail(error.Code == PeerStoreException.BadName ? ExitCode.Usage : ExitCode.Failed, [error.Message]);
        }
        catch (OperationCanceledException) when (lifetime.Stopping.IsCancellationRequested)
        {
            return Fail(ExitCode.Failed, ["interrupted before it was done"]);
        }
        catch (OutputClosedException error)
        {
            return error.IsReaderGone ? ExitCode.Done : Fail(ExitCode.Failed, [error.Message]);
        }
        catch (Exception error)
        {
            return Fail(ExitCode.Failed, [$"{error.GetType().Name}: {error.Message} (this is a fault of the program)"]);
        }
    }

    private static int Fail(int exitCode, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Output.Error(line);
        return exitCode;
    }
}
