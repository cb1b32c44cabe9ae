using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;

namespace Intercom.Bridge.Tests;

public sealed class MessageFilterTests
{
    [Theory]
    [InlineData("", "anything", true)]
    [InlineData(" | ,+ |", "anything", true)]
    [InlineData("b|a", "A", true)]
    [InlineData("a\u00A0b", "b a", true)]
    [InlineData("a\tb", "b", false)]
    [InlineData("İ", "xi", false)]
    public void Matches_groups_of_words_in_any_case(string filter, string message, bool expected) =>
        Assert.Equal(expected, MessageFilter.Parse(filter).Matches(MessageFilter.TextOf(message)));

    [Fact]
    public void TextOf_an_object_is_its_json()
    {
        var text = MessageFilter.TextOf(new JsObject { ["Key"] = new JsArray(1, "B") });
        Assert.Equal("{\"key\":[1,\"b\"]}", text);
    }
}
