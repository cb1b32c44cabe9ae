namespace Intercom.Cli.Terminal.Prompt;

/// <summary>
/// Both streams of the program, written above a prompt while there is one. Installed before anything that keeps a stream,
/// such as the log.
/// </summary>
internal sealed class PromptStreams : IDisposable
{
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;

    private PromptStreams()
    {
        Screen = new PromptScreen(_out, () => Consoles.TerminalWidth);
        Console.SetOut(new PromptWriter(Screen, _out));
        if (!Console.IsErrorRedirected)
            Console.SetError(new PromptWriter(Screen, _error));
    }

    public PromptScreen Screen { get; }

    /// <summary>Takes the streams over; null where input or output are redirected, and a prompt has no place.</summary>
    public static PromptStreams? TryInstall() =>
        Console.IsInputRedirected || Console.IsOutputRedirected ? null : new PromptStreams();

    public void Dispose()
    {
        Screen.Close();
        Console.SetOut(_out);
        Console.SetError(_error);
    }
}
