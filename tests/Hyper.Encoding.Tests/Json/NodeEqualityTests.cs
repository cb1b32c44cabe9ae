using System.Globalization;
using Hyper.Encoding.Json;
using TestKit;

namespace Hyper.Encoding.Tests.Json;

public sealed class NodeEqualityTests
{
    private const int TextCount = 120_000;

    [Fact]
    public async Task Parse_and_stringify_agree_with_node_byte_for_byte()
    {
        var texts = Generate();
        var answers = await NodeOracle.AskAsync(texts, TestContext.Current.CancellationToken);
        if (answers is null)
        {
            Assert.NotEqual("true", Environment.GetEnvironmentVariable("CI"));
            Assert.Skip("No node on this machine to compare with.");
        }

        Assert.Equal(texts.Count, answers.Count);
        var refused = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            Compare(texts[i], answers[i]);
            refused += answers[i].Plain is null ? 1 : 0;
        }
        // Mutated texts are an eighth of all; most of them, but not all, are refused.
        Assert.InRange(refused, TextCount / 50, TextCount / 4);
    }

    private static List<byte[]> Generate()
    {
        var generator = new JsonTexts(TestSeed.NewRandom());
        var texts = PowersOfTwo().ToList();
        for (var i = 0; i < TextCount; i++)
            texts.Add(generator.Next(i));
        return texts;
    }

    /// <summary>Every power of two and its neighbours, where the shortest digits are hard to get right.</summary>
    private static IEnumerable<byte[]> PowersOfTwo()
    {
        for (long exponent = 0; exponent < 2047; exponent++)
        for (var offset = -1; offset <= 1; offset++)
        {
            var value = BitConverter.Int64BitsToDouble(Math.Max(0, (exponent << 52) + offset));
            yield return TextEncoding.UTF8.GetBytes(value.ToString("E20", CultureInfo.InvariantCulture));
        }
    }

    private static void Compare(byte[] text, NodeOracle.Answer answer)
    {
        var parsed = JsJson.TryParse(text, options: null, out var value, out var error);
        if (parsed != answer.Plain is not null)
            Assert.Fail($"Node {(parsed ? "refuses" : "takes")} {Show(text)} ({error})");
        if (!parsed)
            return;
        AssertSame(answer.Plain!, JsJson.StringifyToUtf8(value!), text);
        AssertSame(answer.Sorted!, JsJson.StringifySortedToUtf8(value!), text);

        // The same through the string forms; a text whose UTF-8 was invalid is the text with replacements by now.
        Assert.True(JsJson.TryParse(TextEncoding.UTF8.GetString(text), out var again));
        AssertSame(answer.Plain!, TextEncoding.UTF8.GetBytes(JsJson.Stringify(again)), text);
    }

    private static void AssertSame(byte[] expected, byte[] actual, byte[] text)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
            Assert.Fail($"For {Show(text)} node has {Show(expected)}, we have {Show(actual)}");
    }

    private static string Show(byte[] bytes) =>
        $"<{TextEncoding.UTF8.GetString(bytes)}> {Convert.ToHexStringLower(bytes)}";
}
