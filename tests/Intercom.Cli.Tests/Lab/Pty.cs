using TestKit.Programs;

namespace Intercom.Cli.Tests.Lab;

/// <summary>Runs the program at a terminal of its own, which <c>script</c> of util-linux makes.</summary>
internal static class Pty
{
    private const string Script = "/usr/bin/script";

    /// <summary>Whether this machine has what it takes.</summary>
    public static bool IsAvailable => OperatingSystem.IsLinux() && File.Exists(Script);

    /// <summary>Starts the program; its keyboard is <see cref="IntercomProcess.TypeAsync"/>. Unsized with 0 columns.</summary>
    public static IntercomProcess Start(
        string folder,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        int columns = 100
    )
    {
        var words = arguments.Prepend(IntercomProcess.ProgramPath).Prepend("dotnet").Select(word => $"'{word}'");
        return IntercomProcess.StartProgram(
            folder,
            Script,
            [
                "--quiet",
                "--flush",
                "--return",
                "--command",
                $"stty cols {columns}; exec {string.Join(' ', words)}",
                "/dev/null",
            ],
            environment: environment
        );
    }
}
