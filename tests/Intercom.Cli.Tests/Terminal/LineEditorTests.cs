using CsCheck;
using Intercom.Cli.Terminal.Prompt;

namespace Intercom.Cli.Tests.Terminal;

public sealed class LineEditorTests
{
    /// <summary>Keys by a letter: arrows, Home and End, Backspace and Delete, and Ctrl with a letter as ^X.</summary>
    [Theory]
    [InlineData("abc", "abc|")]
    [InlineData("abc←←x", "ax|bc")]
    [InlineData("abc⇤x⇥y", "xabcy|")]
    [InlineData("abc⌫⌫x", "ax|")]
    [InlineData("abc⇤⌦", "|bc")]
    [InlineData("one two^W", "one |")]
    [InlineData("one two ^W^W^W", "|")]
    [InlineData("abc←^U", "|c")]
    [InlineData("abc←←^K", "a|")]
    [InlineData("abc^A^D^E^H", "b|")]
    [InlineData("abc^B^Bx^Fy", "axby|c")]
    [InlineData("a😀b←←⌫", "|😀b")]
    [InlineData("a😀b←←⌦", "a|b")]
    [InlineData("→↑↓⌫⌦", "|")]
    public void Press_keys_edit_the_line(string keys, string expected)
    {
        var editor = new LineEditor();
        Press(editor, keys);

        Assert.Equal(expected, editor.Text.Insert(editor.Cursor, "|"));
    }

    [Fact]
    public void History_gives_back_lines_and_the_one_that_was_begun()
    {
        var editor = new LineEditor();
        foreach (var line in (string[])["one", "two", "two", "  "])
        {
            Press(editor, line);
            Assert.Equal(line, editor.Take());
        }
        Press(editor, "new");

        List<string> seen = [];
        foreach (var key in "↑↑↑↓↓↓")
        {
            Press(editor, key.ToString());
            seen.Add(editor.Text);
        }

        Assert.Equal(["two", "one", "one", "two", "new", "new"], seen);
    }

    [Fact]
    public void History_and_line_are_bounded()
    {
        var editor = new LineEditor();
        for (var i = 0; i < 600; i++)
        {
            editor.Insert($"line {i}");
            editor.Take();
        }
        for (var i = 0; i < 700; i++)
            Press(editor, "↑");
        Assert.Equal("line 100", editor.Text);

        editor.Insert(new string('x', 64 * 1024));
        Assert.Equal("line 100", editor.Text);
    }

    [Theory]
    [InlineData("\r", EditOutcome.Submitted)]
    [InlineData("\t", EditOutcome.CompletionAsked)]
    [InlineData("^L", EditOutcome.ClearAsked)]
    [InlineData("^D", EditOutcome.Ended)]
    [InlineData("a", EditOutcome.Edited)]
    public void Press_tells_what_to_do(string keys, object outcome) => Assert.Equal(outcome, Press(new(), keys));

    [Fact]
    public void Press_any_keys_keeps_the_cursor_in_the_line() =>
        Gen.Int[0, 255]
            .Select(Gen.Char, Gen.Int[0, 7])
            .Array[0, 60]
            .Sample(keys =>
            {
                var editor = new LineEditor();
                foreach (var (key, character, modifiers) in keys)
                {
                    editor.Press(
                        new ConsoleKeyInfo(
                            character,
                            (ConsoleKey)key,
                            (modifiers & 1) != 0,
                            (modifiers & 2) != 0,
                            (modifiers & 4) != 0
                        )
                    );
                    Assert.InRange(editor.Cursor, 0, editor.Text.Length);
                }
            });

    private static EditOutcome Press(LineEditor editor, string keys)
    {
        var outcome = EditOutcome.Edited;
        for (var i = 0; i < keys.Length; i++)
        {
            var isControl = keys[i] == '^';
            var key = isControl ? keys[++i] : keys[i];
            outcome = editor.Press(
                new ConsoleKeyInfo(KeyChar(key, isControl), KeyOf(key, isControl), false, false, isControl)
            );
        }
        return outcome;
    }

    private static char KeyChar(char key, bool isControl) =>
        isControl ? (char)(key - '@')
        : KeyOf(key, false) == ConsoleKey.None ? key
        : '\0';

    private static ConsoleKey KeyOf(char key, bool isControl) =>
        key switch
        {
            '←' => ConsoleKey.LeftArrow,
            '→' => ConsoleKey.RightArrow,
            '↑' => ConsoleKey.UpArrow,
            '↓' => ConsoleKey.DownArrow,
            '⇤' => ConsoleKey.Home,
            '⇥' => ConsoleKey.End,
            '⌫' => ConsoleKey.Backspace,
            '⌦' => ConsoleKey.Delete,
            '\r' => ConsoleKey.Enter,
            '\t' => ConsoleKey.Tab,
            _ when isControl => (ConsoleKey)key,
            _ => ConsoleKey.None,
        };
}
