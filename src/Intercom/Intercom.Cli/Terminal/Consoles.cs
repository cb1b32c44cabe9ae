using System.Text;
using Spectre.Console;

namespace Intercom.Cli.Terminal;

/// <summary>
/// The two streams of the program. Lines are wrapped at the width of a terminal, and not at all in a pipe or file; there,
/// and where the user does not want them (NO_COLOR, TERM=dumb), are no colours.
/// </summary>
internal static class Consoles
{
    private const int UnwrappedWidth = 100_000_000;
    private const int LeastWidth = 20;

    /// <summary>Of a terminal that does not say how wide it is, such as one that a program made and never sized.</summary>
    private const int UsualWidth = 80;

    /// <summary>Results.</summary>
    public static IAnsiConsole Results { get; } = Create(() => Console.Out, Console.IsOutputRedirected);

    /// <summary>Everything else.</summary>
    public static IAnsiConsole Notes { get; } = Create(() => Console.Error, Console.IsErrorRedirected);

    /// <summary>Columns of the terminal.</summary>
    public static int TerminalWidth =>
        Console.WindowWidth is > 0 and var width ? Math.Max(width, LeastWidth) : UsualWidth;

    private static IAnsiConsole Create(Func<TextWriter> writer, bool isRedirected)
    {
        var isPlain =
            isRedirected
            || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
            || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new Stream(new Current(writer), isRedirected),
                Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Yes,
                ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
                Interactive = InteractionSupport.No,
            }
        );
    }

    private sealed class Stream(TextWriter writer, bool isRedirected) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => !isRedirected;

        public int Width => isRedirected ? UnwrappedWidth : TerminalWidth;

        public int Height => isRedirected ? 0 : Console.WindowHeight;

        public void SetEncoding(Encoding encoding)
        {
            // The encoding is the console's.
        }
    }

    /// <summary>The stream as it is set when it is written to: an open prompt takes the place of the plain one.</summary>
    private sealed class Current(Func<TextWriter> get) : TextWriter
    {
        public override Encoding Encoding => get().Encoding;

        public override void Write(char value) => get().Write(value);

        public override void Write(string? value) => get().Write(value);

        public override void Write(char[] buffer, int index, int count) => get().Write(buffer, index, count);

        public override void Flush() => get().Flush();
    }
}
