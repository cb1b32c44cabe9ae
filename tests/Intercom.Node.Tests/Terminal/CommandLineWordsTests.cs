using CsCheck;
using Intercom.Node.Terminal;

namespace Intercom.Node.Tests.Terminal;

public sealed class CommandLineWordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  /a \t b\u00a0c ", new[] { "/a", "b", "c" })]
    [InlineData("""/a "b c"'d e'f""", new[] { "/a", "b cd ef" })]
    [InlineData("""/a "a \"quoted\" \\ word" 'a\b'""", new[] { "/a", """a "quoted" \ word""", """a\b""" })]
    [InlineData("""/a \"b \' c\ d \""", new[] { "/a", "\"b", "'", "c d", "\\" })]
    [InlineData("""/a "" ''""", new[] { "/a", "", "" })]
    [InlineData("""/a "b""", null)]
    [InlineData("""/a don't""", null)]
    [InlineData("""/a "b\" """, null)]
    public void TrySplit_quotes_and_backslashes_as_recorded(string line, string[]? words) =>
        Assert.Equal(words, CommandLineWords.TrySplit(line));

    [Fact]
    public void TrySplit_any_words_in_double_quotes_come_back() =>
        Gen
            .String.Array[1, 5]
            .Sample(words =>
            {
                var line = string.Join(
                    ' ',
                    words.Select(word => $"\"{word.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"")
                );
                return CommandLineWords.TrySplit(line)!.SequenceEqual(words);
            });

    [Theory]
    [InlineData("/x --channel a --message b", "a", "b")]
    [InlineData("/x channel a message b", "a", "b")]
    [InlineData("/x --channel=a --message=b=c", "a", "b=c")]
    [InlineData("/x --channel a --message", "a", null)]
    [InlineData("/x --channel a --message two words", "a", "two")]
    [InlineData("/x --channel \"\" --ch c", "c", null)]
    public void TryParse_words_are_taken_in_pairs(string line, string? channel, string? message)
    {
        var arguments = CommandArguments.TryParse(line)!;

        Assert.Equal((channel, message), (arguments.Get("channel", "ch"), arguments.Get("message")));
    }
}
