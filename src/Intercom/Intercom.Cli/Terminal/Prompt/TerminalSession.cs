using Intercom.Node;

namespace Intercom.Cli.Terminal.Prompt;

/// <summary>Runs the lines of a source as commands of a peer, one after the other, and prints what they say.</summary>
internal sealed class TerminalSession : IDisposable
{
    private readonly IntercomPeer _peer;
    private readonly ILineSource _lines;

    private TerminalSession(IntercomPeer peer, ILineSource lines)
    {
        _peer = peer;
        _lines = lines;
    }

    /// <summary>Opens one: with a prompt where there is a screen for it, without one where there is not.</summary>
    public static TerminalSession Open(IntercomPeer peer, PromptScreen? screen) =>
        new(peer, screen is null ? new PlainLines(Console.In) : new EditedLines(peer.Terminal, screen));

    /// <summary>Runs until the input ends, which does not stop the peer, or the caller cancels.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _lines.ReadLineAsync(cancellationToken) is { } line)
                Print(await _peer.Terminal.RunAsync(line).WaitAsync(cancellationToken));
            _lines.Dispose();
            if (!_peer.ExitRequested.IsCompleted)
                Output.Note("the terminal is closed; the peer goes on until Ctrl-C or SIGTERM");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    public void Dispose() => _lines.Dispose();

    private static void Print(Node.Terminal.TerminalResult result)
    {
        // Not wrapped, whatever the width: invites and welcomes are there to be copied.
        foreach (var line in result.Output)
            Console.Out.WriteLine(line.StartsWith('{') ? TerminalText.Json(line) : TerminalText.OneLine(line));
        foreach (var note in result.Notes)
            Output.Note(note);
        if (result.Error is not null)
            Output.Error(result.Error);
    }
}
