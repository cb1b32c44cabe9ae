namespace Intercom.Cli;

/// <summary>Ends a command with an exit code and a line, or some, for the user.</summary>
internal sealed class CommandException(int exitCode, params IReadOnlyList<string> lines)
    : Exception(string.Join('\n', lines))
{
    public int ExitCode { get; } = exitCode;

    public IReadOnlyList<string> Lines { get; } = lines;
}
