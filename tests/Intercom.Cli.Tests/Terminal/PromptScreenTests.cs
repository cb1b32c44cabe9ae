using Intercom.Cli.Terminal.Prompt;

namespace Intercom.Cli.Tests.Terminal;

public sealed class PromptScreenTests : IDisposable
{
    private const string Erase = "\r\e[K";

    private readonly StringWriter _terminal = new();
    private readonly PromptScreen _screen;

    public PromptScreenTests() => _screen = new PromptScreen(_terminal, () => 20);

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void Show_draws_the_line_and_leaves_the_cursor_in_it()
    {
        _screen.Show("/help", 2);

        Assert.Equal($"{Erase}> /h\e7elp\e8", Drawn());
    }

    [Fact]
    public void Write_comes_above_the_prompt_and_a_line_that_is_not_ended_keeps_it_away()
    {
        _screen.Show("a", 1);
        Drawn();
        var writer = new PromptWriter(_screen, _terminal);

        writer.Write("one ");
        Assert.Equal($"{Erase}one ", Drawn());
        writer.WriteLine("line");
        Assert.Equal($"line\n{Erase}> a\e7\e8", Drawn());
    }

    [Fact]
    public void Write_before_and_after_the_prompt_passes_through()
    {
        var writer = new PromptWriter(_screen, _terminal);
        writer.WriteLine("before");
        _screen.Show("a", 1);
        _screen.Close();
        Drawn();
        writer.Write('x');

        Assert.Equal("x", Drawn());
    }

    [Fact]
    public void Commit_leaves_the_line_standing()
    {
        _screen.Show("/help", 5);
        Drawn();
        _screen.Commit();

        Assert.Equal($"{Erase}> /help\n{Erase}> \e7\e8", Drawn());
    }

    [Theory]
    [InlineData(0, "", "aaaaaaaaaabbbbbbb")]
    [InlineData(12, "aaaaaaaaaabb", "bbbbb")]
    [InlineData(20, "aaaaaaabbbbbbbbbb", "")]
    [InlineData(30, "bbbbbbbcccccccccc", "")]
    public void Show_line_that_is_too_long_is_shown_around_the_cursor(int cursor, string before, string after)
    {
        _screen.Show("aaaaaaaaaabbbbbbbbbbcccccccccc", cursor);

        Assert.Equal($"{Erase}> {before}\e7{after}\e8", Drawn());
    }

    [Fact]
    public void Show_wide_characters_take_two_columns_and_steering_ones_are_not_sent()
    {
        _screen.Show(new string('語', 30), 30);
        Assert.Equal(8, Drawn().Count(character => character == '語'));

        _screen.Show("a\e[31m\u202e", 0);
        Assert.DoesNotContain("\e[31m", Drawn());
    }

    private string Drawn()
    {
        var drawn = _terminal.ToString();
        _terminal.GetStringBuilder().Clear();
        return drawn;
    }
}
