namespace Intercom.Cli.Terminal.Prompt;

/// <summary>
/// The last line of a terminal, where the prompt stands, below everything else that is written. A line longer than the
/// terminal is shown in part, around the cursor.
/// </summary>
/// <remarks>Everything that goes to the terminal goes through here, under one lock, from any thread.</remarks>
internal sealed class PromptScreen(TextWriter terminal, Func<int> width)
{
    private const string Prompt = "> ";
    private const string EraseLine = "\r\e[K";
    private const string EraseScreen = "\e[H\e[2J";
    private const string SaveCursor = "\e7";
    private const string RestoreCursor = "\e8";

    private readonly Lock _lock = new();
    private string _text = "";
    private int _cursor;
    private bool _isOpen;
    private bool _isDrawn;
    private bool _isInLine;

    /// <summary>Shows the prompt from now on, with this line in it.</summary>
    public void Show(string text, int cursor)
    {
        lock (_lock)
        {
            _isOpen = true;
            _text = TerminalText.OneLine(text);
            _cursor = cursor;
            Draw();
        }
    }

    /// <summary>Takes the prompt away for good; what was typed and not run goes with it.</summary>
    public void Close()
    {
        lock (_lock)
        {
            Erase();
            _isOpen = false;
            terminal.Flush();
        }
    }

    /// <summary>Leaves the prompt and its line standing as they are, above what follows.</summary>
    public void Commit()
    {
        lock (_lock)
        {
            Erase();
            terminal.Write($"{Prompt}{_text}\n");
            (_text, _cursor) = ("", 0);
            Draw();
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            terminal.Write(EraseScreen);
            Draw();
        }
    }

    /// <summary>Writes through <paramref name="writer"/>, which goes to the same terminal, above the prompt.</summary>
    public void Write(TextWriter writer, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        lock (_lock)
        {
            Erase();
            writer.Write(text);
            writer.Flush();
            _isInLine = text[^1] != '\n';
            Draw();
        }
    }

    private void Erase()
    {
        if (!_isDrawn)
            return;
        terminal.Write(EraseLine);
        terminal.Flush();
        _isDrawn = false;
    }

    private void Draw()
    {
        if (!_isOpen || _isInLine)
            return;
        var (start, end) = Visible();
        terminal.Write($"{EraseLine}{Prompt}{_text[start.._cursor]}{SaveCursor}{_text[_cursor..end]}{RestoreCursor}");
        terminal.Flush();
        _isDrawn = true;
    }

    /// <summary>The part of the line that fits, the cursor in it; the last column stays free, or the terminal would wrap.</summary>
    private (int Start, int End) Visible()
    {
        var room = Math.Max(8, width() - Prompt.Length - 1);
        var start = 0;
        for (var cells = Cells(_text.AsSpan(0, _cursor)); cells > room; start++)
            cells -= Cells(_text.AsSpan(start, 1));
        var end = _cursor;
        for (var cells = Cells(_text.AsSpan(start, _cursor - start)); end < _text.Length; end++)
        {
            cells += Cells(_text.AsSpan(end, 1));
            if (cells > room)
                break;
        }
        return (start, end);
    }

    /// <summary>Columns that the text takes, rather too many than too few.</summary>
    private static int Cells(ReadOnlySpan<char> text)
    {
        var cells = 0;
        foreach (var character in text)
            cells += IsWide(character) ? 2 : 1;
        return cells;
    }

    /// <summary>Most of East Asian width W and F.</summary>
    private static bool IsWide(char character) =>
        character
            is (>= '\u1100' and <= '\u115F')
                or (>= '\u2E80' and <= '\uA4CF')
                or (>= '\uAC00' and <= '\uD7A3')
                or (>= '\uF900' and <= '\uFAFF')
                or (>= '\uFE30' and <= '\uFE6F')
                or (>= '\uFF00' and <= '\uFF60')
                or (>= '\uFFE0' and <= '\uFFE6');
}
