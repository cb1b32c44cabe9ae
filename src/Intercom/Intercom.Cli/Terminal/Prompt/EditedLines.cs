using System.Threading.Channels;
using Intercom.Node.Terminal;

namespace Intercom.Cli.Terminal.Prompt;

/// <summary>
/// Lines typed at a terminal. A read of a key cannot be cancelled, so a thread of its own reads and is left behind at the
/// end.
/// </summary>
internal sealed class EditedLines : ILineSource
{
    private const int MaxWaitingKeys = 64 * 1024;
    private const int MaxOffered = 100;

    private readonly PeerTerminal _terminal;
    private readonly LineEditor _editor = new();
    private readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateBounded<ConsoleKeyInfo>(MaxWaitingKeys);
    private readonly PromptScreen _screen;

    public EditedLines(PeerTerminal terminal, PromptScreen screen)
    {
        _terminal = terminal;
        _screen = screen;
        var thread = new Thread(ReadKeys) { IsBackground = true, Name = "keyboard" };
        thread.Start();
    }

    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // What came at once, such as a pasted text, is drawn at once.
            if (!_keys.Reader.TryPeek(out _))
                _screen.Show(_editor.Text, _editor.Cursor);
            if (!await _keys.Reader.WaitToReadAsync(cancellationToken) || !_keys.Reader.TryRead(out var key))
                return null;
            switch (_editor.Press(key))
            {
                case EditOutcome.Submitted:
                    _screen.Show(_editor.Text, _editor.Cursor);
                    _screen.Commit();
                    return _editor.Take();
                case EditOutcome.CompletionAsked:
                    await CompleteAsync();
                    break;
                case EditOutcome.ClearAsked:
                    _screen.Clear();
                    break;
                case EditOutcome.Ended:
                    return null;
                default:
                    break;
            }
        }
    }

    public void Dispose()
    {
        _keys.Writer.TryComplete();
        _screen.Close();
    }

    private async Task CompleteAsync()
    {
        var (start, words) = await _terminal.CompleteAsync(_editor.Text[.._editor.Cursor]);
        var common = CommonStart(words);
        if (words.Count == 1)
            _editor.Complete(start, common + " ");
        else if (common.Length > _editor.Cursor - start)
            _editor.Complete(start, common);
        else if (words.Count > 1)
            Output.Note(string.Join("  ", words.Take(MaxOffered)));
    }

    private static string CommonStart(IReadOnlyList<string> words)
    {
        var common = words.Count == 0 ? "" : words[0];
        foreach (var word in words)
            common = common[..common.AsSpan().CommonPrefixLength(word)];
        return common;
    }

    private void ReadKeys()
    {
        try
        {
            while (_keys.Writer.TryWrite(Console.ReadKey(intercept: true))) { }
        }
        catch (Exception error) when (error is InvalidOperationException or IOException)
        {
            // The terminal has gone; the peer goes on without it.
        }
        _keys.Writer.TryComplete();
    }
}
