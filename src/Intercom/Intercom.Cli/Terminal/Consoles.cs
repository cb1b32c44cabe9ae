using Spectre.Console;

namespace Intercom.Cli.Terminal;

/// <summary>The two streams of the program. Lines are wrapped at the width of a terminal, and not at all in a pipe or file.</summary>
internal static class Consoles
{
    private const int UnwrappedWidth = 10_000;

    /// <summary>Results.</summary>
    public static IAnsiConsole Results { get; } = Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>Everything else.</summary>
    public static IAnsiConsole Notes { get; } = Create(Console.Error, Console.IsErrorRedirected);

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (isRedirected)
            console.Profile.Width = UnwrappedWidth;
        return console;
    }
}
