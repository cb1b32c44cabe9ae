using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>Ids of cores; the texts were made by z32 1.1.0.</summary>
public sealed class CoreIdTests
{
    [Theory]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000",
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
    )]
    [InlineData(
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "999999999999999999999999999999999999999999999999999o"
    )]
    [InlineData(
        "030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dc",
        "ycfbngy9rasueq4njfefqzufpt3ziycet6mj5jfmskhhbt6q4zqy"
    )]
    public void Ids_are_those_of_JavaScript(string hex, string id)
    {
        var key = Bytes32.FromHex(hex);
        Assert.Equal(id, CoreId.Encode(key));
        foreach (var text in (string[])[id, hex, hex.ToUpperInvariant(), $"pear://{id}", $"pear://{hex}/a/file"])
        {
            Assert.True(CoreId.TryDecode(text, out var read), text);
            Assert.Equal(key, read);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("log")]
    [InlineData("pear://")]
    [InlineData("ycfbngy9rasueq4njfefqzufpt3ziycet6mj5jfmskhhbt6q4zq")]
    [InlineData("ycfbngy9rasueq4njfefqzufpt3ziycet6mj5jfmskhhbt6q4zq2")]
    [InlineData("YCFBNGY9RASUEQ4NJFEFQZUFPT3ZIYCET6MJ5JFMSKHHBT6Q4ZQY")]
    [InlineData("030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dg")]
    public void Other_texts_are_refused(string text) => Assert.False(CoreId.TryDecode(text, out _));

    [Fact]
    public void Every_key_comes_back_from_its_id()
    {
        var random = TestSeed.NewRandom();
        var key = default(Bytes32);
        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(key.MutableSpan);
            Assert.True(CoreId.TryDecode(CoreId.Encode(key), out var read));
            Assert.Equal(key, read);
        }
    }
}
