using System.Text;

namespace Intercom.Cli.Terminal.Prompt;

/// <summary>
/// The line being typed and the lines typed before, changed key by key as shells do. Knows nothing of the screen. The
/// history is kept in memory alone, as what is typed may be private.
/// </summary>
internal sealed class LineEditor
{
    private const int MaxHistory = 500;
    private const int MaxLength = 64 * 1024;

    private readonly StringBuilder _text = new();
    private readonly List<string> _history = [];
    private int _historyAt;
    private string _draft = "";

    /// <summary>The line.</summary>
    public string Text => _text.ToString();

    /// <summary>Where the next character goes.</summary>
    public int Cursor { get; private set; }

    /// <summary>Takes one key.</summary>
    public EditOutcome Press(ConsoleKeyInfo key)
    {
        var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                return EditOutcome.Submitted;
            case ConsoleKey.Tab:
                return EditOutcome.CompletionAsked;
            case ConsoleKey.L when isControl:
                return EditOutcome.ClearAsked;
            case ConsoleKey.D when isControl && _text.Length == 0:
                return EditOutcome.Ended;
            case ConsoleKey.UpArrow or ConsoleKey.P when isControl || key.Key == ConsoleKey.UpArrow:
                Recall(_historyAt - 1);
                break;
            case ConsoleKey.DownArrow or ConsoleKey.N when isControl || key.Key == ConsoleKey.DownArrow:
                Recall(_historyAt + 1);
                break;
            case var _ when TryMove(key.Key, isControl) || TryRemove(key.Key, isControl):
                break;
            default:
                if (!char.IsControl(key.KeyChar) && !key.Modifiers.HasFlag(ConsoleModifiers.Alt))
                    Insert(key.KeyChar.ToString());
                break;
        }
        return EditOutcome.Edited;
    }

    /// <summary>Puts text where the cursor is.</summary>
    public void Insert(string text)
    {
        if (_text.Length + text.Length > MaxLength)
            return;
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>Puts <paramref name="text"/> in the place of what stands from <paramref name="start"/> to the cursor.</summary>
    public void Complete(int start, string text)
    {
        Remove(start, Cursor);
        Insert(text);
    }

    /// <summary>Gives the line, remembers it and starts the next one.</summary>
    public string Take()
    {
        var line = Text;
        if (line.Trim().Length > 0 && (_history.Count == 0 || _history[^1] != line))
            _history.Add(line);
        if (_history.Count > MaxHistory)
            _history.RemoveAt(0);
        _historyAt = _history.Count;
        Replace("");
        return line;
    }

    private bool TryMove(ConsoleKey key, bool isControl)
    {
        int? to = key switch
        {
            ConsoleKey.Home => 0,
            ConsoleKey.A when isControl => 0,
            ConsoleKey.End => _text.Length,
            ConsoleKey.E when isControl => _text.Length,
            ConsoleKey.LeftArrow => isControl ? WordStart() : Before(Cursor),
            ConsoleKey.B when isControl => Before(Cursor),
            ConsoleKey.RightArrow => isControl ? WordEnd() : After(Cursor),
            ConsoleKey.F when isControl => After(Cursor),
            _ => null,
        };
        Cursor = to ?? Cursor;
        return to is not null;
    }

    private bool TryRemove(ConsoleKey key, bool isControl)
    {
        (int From, int To)? range = key switch
        {
            ConsoleKey.Backspace => (isControl ? WordStart() : Before(Cursor), Cursor),
            ConsoleKey.H when isControl => (Before(Cursor), Cursor),
            ConsoleKey.Delete => (Cursor, After(Cursor)),
            ConsoleKey.D when isControl => (Cursor, After(Cursor)),
            ConsoleKey.W when isControl => (WordStart(), Cursor),
            ConsoleKey.U when isControl => (0, Cursor),
            ConsoleKey.K when isControl => (Cursor, _text.Length),
            _ => null,
        };
        if (range is var (from, to))
            Remove(from, to);
        return range is not null;
    }

    private void Remove(int from, int to)
    {
        _text.Remove(from, to - from);
        Cursor = from;
    }

    private void Recall(int at)
    {
        if (at < 0 || at > _history.Count)
            return;
        if (_historyAt == _history.Count)
            _draft = Text;
        _historyAt = at;
        Replace(at == _history.Count ? _draft : _history[at]);
    }

    private void Replace(string text)
    {
        _text.Clear().Append(text);
        Cursor = text.Length;
    }

    private int WordStart()
    {
        var at = Cursor;
        while (at > 0 && _text[at - 1] == ' ')
            at--;
        while (at > 0 && _text[at - 1] != ' ')
            at--;
        return at;
    }

    private int WordEnd()
    {
        var at = Cursor;
        while (at < _text.Length && _text[at] == ' ')
            at++;
        while (at < _text.Length && _text[at] != ' ')
            at++;
        return at;
    }

    /// <summary>The place one character earlier; two units that make one character stay together.</summary>
    private int Before(int at) => at < 2 || !char.IsLowSurrogate(_text[at - 1]) ? Math.Max(0, at - 1) : at - 2;

    private int After(int at) =>
        at + 2 <= _text.Length && char.IsHighSurrogate(_text[at]) ? at + 2 : Math.Min(_text.Length, at + 1);
}
