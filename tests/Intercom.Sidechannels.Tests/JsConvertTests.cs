using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Tests;

/// <summary>Conversions, with the outcomes that ECMAScript defines.</summary>
public sealed class JsConvertTests
{
    [Theory]
    [InlineData("\"\"", 0)]
    [InlineData("\" 12 \"", 12)]
    [InlineData("\"1e3\"", 1000)]
    [InlineData("\"-.5\"", -0.5)]
    [InlineData("\"5.\"", 5)]
    [InlineData("\"0x1F\"", 31)]
    [InlineData("\"0b101\"", 5)]
    [InlineData("\"0o17\"", 15)]
    [InlineData("\"-0x1F\"", double.NaN)]
    [InlineData("\"0x\"", double.NaN)]
    [InlineData("\"1_000\"", double.NaN)]
    [InlineData("\"1,000\"", double.NaN)]
    [InlineData("\"12abc\"", double.NaN)]
    [InlineData("\"e5\"", double.NaN)]
    [InlineData("\".\"", double.NaN)]
    [InlineData("\"Infinity\"", double.PositiveInfinity)]
    [InlineData("\"-Infinity\"", double.NegativeInfinity)]
    [InlineData("\"infinity\"", double.NaN)]
    [InlineData("\"NaN\"", double.NaN)]
    [InlineData("null", 0)]
    [InlineData("true", 1)]
    [InlineData("[]", 0)]
    [InlineData("[7]", 7)]
    [InlineData("[1,2]", double.NaN)]
    [InlineData("{}", double.NaN)]
    public void ToNumber_converts_as_the_language_does(string json, double expected) =>
        Assert.Equal(expected, JsConvert.ToNumber(Parse(json)));

    [Theory]
    [InlineData("[1,[2,null],\"x\",{}]", "1,2,,x,[object Object]")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1e400", "Infinity")]
    [InlineData("-0", "0")]
    [InlineData("null", "null")]
    [InlineData("true", "true")]
    public void ToText_converts_as_the_language_does(string json, string expected) =>
        Assert.Equal(expected, JsConvert.ToText(Parse(json)));

    [Theory]
    [InlineData("\uFEFF a \u00A0\u2028", "a")]
    [InlineData("\u0085a", "\u0085a")]
    [InlineData(" \t ", "")]
    public void Trim_removes_what_the_language_removes(string text, string expected) =>
        Assert.Equal(expected, JsConvert.Trim(text));

    [Theory]
    [InlineData("\" AB \"", "ab")]
    [InlineData("\"\"", null)]
    [InlineData("0", null)]
    [InlineData("{\"type\":\"Buffer\",\"data\":[1]}", null)]
    [InlineData("{}", "[object object]")]
    public void Normalize_of_a_key_takes_what_the_recorded_peer_takes(string json, string? expected) =>
        Assert.Equal(expected, KeyHex.Normalize(Parse(json)));

    [Theory]
    [InlineData("e30", "{}")]
    [InlineData("e30=", "{}")]
    [InlineData(" {\"a\":1} ", "{\"a\":1}")]
    [InlineData("NQ==", "5")]
    [InlineData("bnVsbA==", null)]
    [InlineData("xyz", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("{bad", null)]
    public void CredentialText_reads_json_and_base64(string text, string? expected) =>
        Assert.Equal(expected, CredentialText.TryParse(text)?.ToString());

    private static JsValue Parse(string json)
    {
        Assert.True(JsJson.TryParse(json, out var value));
        return value;
    }
}
