using Hyper.Encoding.Json;
using TestKit;

namespace Hyper.Encoding.Tests.Json;

public sealed class JsJsonFuzzTests
{
    private static readonly JsJsonOptions _shallow = new() { MaxDepth = 8 };

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryParse_of_random_bytes_never_throws()
    {
        var random = TestSeed.NewRandom();
        var alphabet = "{}[]\",:\\0123.eE-+truefalsn \n\u0000\u00ff"u8.ToArray();
        var inputs = FuzzBudget.Inputs();
        for (var i = 0; i < inputs; i++)
        {
            var bytes = new byte[random.Next(64)];
            if (i % 2 == 0)
                random.NextBytes(bytes);
            else
                random.GetItems(alphabet, bytes);
            CheckTotal(bytes);
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryParse_of_mutated_and_truncated_texts_never_throws()
    {
        var generator = new JsonTexts(TestSeed.NewRandom());
        var inputs = FuzzBudget.Inputs();
        for (var i = 0; i < inputs; i++)
        {
            var text = generator.Next(i);
            CheckTotal(generator.Mutate(text));
            if (i % 100 == 0)
                for (var length = 0; length < text.Length; length++)
                    CheckTotal(text.AsSpan(0, length));
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("[[{\"a\":[")]
    public void TryParse_of_great_depth_is_refused_at_the_limit(string opening)
    {
        var text = string.Concat(Enumerable.Repeat(opening, 200_000));
        Assert.False(JsJson.TryParse(text, options: null, out _, out var error));
        Assert.Equal(JsJsonErrorKind.TooDeep, error.Kind);
    }

    /// <summary>An answer is a value that writes and reads back to the same text, or an error within the text.</summary>
    private static void CheckTotal(ReadOnlySpan<byte> text)
    {
        foreach (var options in (ReadOnlySpan<JsJsonOptions>)[JsJsonOptions.Default, _shallow])
        {
            if (!JsJson.TryParse(text, options, out var value, out var error))
            {
                Assert.Null(value);
                Assert.NotEqual(JsJsonErrorKind.None, error.Kind);
                Assert.InRange(error.Offset, 0, text.Length);
                continue;
            }
            Assert.Equal(JsJsonErrorKind.None, error.Kind);
            var written = JsJson.StringifyToUtf8(value);
            Assert.True(JsJson.TryParse(written, out var again));
            Assert.Equal(written, JsJson.StringifyToUtf8(again));
        }
    }
}
