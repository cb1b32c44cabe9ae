namespace Intercom.Cli;

/// <summary>Ends a command with an exit code and one line for the user.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
