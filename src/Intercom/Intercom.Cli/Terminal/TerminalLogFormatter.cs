using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Intercom.Cli.Terminal;

/// <summary>A log entry as one line: level, message, and of an error its kind and text. Names in it may be foreign text.</summary>
internal sealed class TerminalLogFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "terminal";

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } error)
            message += $" {error.GetType().Name}: {error.Message}";
        textWriter.WriteLine(TerminalText.OneLine($"{LevelName(logEntry.LogLevel)}: {message}"));
    }

    private static string LevelName(LogLevel level) =>
        level switch
        {
            LogLevel.Critical or LogLevel.Error => "error",
            LogLevel.Warning => "warning",
            LogLevel.Information => "info",
            _ => "debug",
        };
}
