using Hyper.Encoding.Json;

namespace Hyper.Encoding.Tests.Json;

public sealed class JsJsonParseTests
{
    [Theory]
    [InlineData("null", "null")]
    [InlineData(" \t\r\n[ 1 , true,false , null ]\n", "[1,true,false,null]")]
    [InlineData("-0", "0")]
    [InlineData("1e999", "null")]
    [InlineData("-1e999", "null")]
    [InlineData("1e-999", "0")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("123456789012345678901234567890", "1.2345678901234568e+29")]
    [InlineData("1e21", "1e+21")]
    [InlineData("2.98023223876953125E-8", "2.9802322387695312e-8")]
    [InlineData("999999999999999900000", "999999999999999900000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("\"\\u0041\\/\\\"\\\\\\b\\f\\n\\r\\t\\u001f\\u007f\"", "\"A/\\\"\\\\\\b\\f\\n\\r\\t\\u001f\u007f\"")]
    [InlineData("\"\\ud83d\\ude00 \\uD800 \\uDC00\"", "\"\ud83d\ude00 \\ud800 \\udc00\"")]
    [InlineData("""{"b":1,"10":2,"a":3,"9":4,"b":5}""", """{"9":4,"10":2,"b":5,"a":3}""")]
    [InlineData(
        """{"4294967295":0,"4294967294":1,"01":2,"-1":3,"0":4}""",
        """{"0":4,"4294967294":1,"4294967295":0,"01":2,"-1":3}"""
    )]
    [InlineData("""{"__proto__":{"x":1},"constructor":2,"":3}""", """{"__proto__":{"x":1},"constructor":2,"":3}""")]
    public void Stringify_of_parsed_text_is_what_node_gives(string text, string expected)
    {
        Assert.True(JsJson.TryParse(text, out var value));
        Assert.Equal(expected, JsJson.Stringify(value));
    }

    [Theory]
    [InlineData("m")]
    [InlineData("\u00e9")]
    [InlineData("\u007f\u2028")]
    [InlineData("\ud83d\ude00")]
    [InlineData("\\n")]
    [InlineData("\\ud800")]
    public void A_long_text_is_written_as_it_came_and_reads_as_a_short_one(string part)
    {
        const int parts = 200;
        var text = $"\"{string.Concat(Enumerable.Repeat(part, parts))}\"";
        Assert.True(JsJson.TryParse(text, out var value));
        Assert.True(value.IsTruthy);
        Assert.Equal(text, JsJson.Stringify(value));
        Assert.Equal(text, JsJson.StringifySorted(value));
        Assert.True(JsJson.TryParse($"\"{part}\"", out var once));
        var expected = string.Concat(Enumerable.Repeat(((JsString)once).Value, parts));
        Assert.Equal(expected, ((JsString)value).Value);
        Assert.Equal(text, JsJson.Stringify(expected));
    }

    [Fact]
    public void Bytes_of_a_long_text_that_are_no_UTF8_are_written_as_what_replaces_them()
    {
        byte[] source = [(byte)'"', .. Enumerable.Repeat((byte)'m', 300), 0xff, .. "\u00e9"u8, (byte)'"'];
        Assert.True(JsJson.TryParse(source, out var value));
        var expected = new string('m', 300) + "\ufffd\u00e9";
        Assert.Equal(expected, ((JsString)value).Value);
        Assert.Equal($"\"{expected}\"", JsJson.Stringify(value));
    }

    [Theory]
    [InlineData("", JsJsonErrorKind.UnexpectedEnd, 0)]
    [InlineData("   ", JsJsonErrorKind.UnexpectedEnd, 3)]
    [InlineData("\ufeff1", JsJsonErrorKind.UnexpectedByte, 0)]
    [InlineData("tru", JsJsonErrorKind.UnexpectedEnd, 3)]
    [InlineData("trux", JsJsonErrorKind.UnexpectedByte, 3)]
    [InlineData("01", JsJsonErrorKind.TrailingText, 1)]
    [InlineData("+1", JsJsonErrorKind.UnexpectedByte, 0)]
    [InlineData("1.", JsJsonErrorKind.UnexpectedEnd, 2)]
    [InlineData(".5", JsJsonErrorKind.UnexpectedByte, 0)]
    [InlineData("1e+", JsJsonErrorKind.UnexpectedEnd, 3)]
    [InlineData("-", JsJsonErrorKind.UnexpectedEnd, 1)]
    [InlineData("[1,]", JsJsonErrorKind.UnexpectedByte, 3)]
    [InlineData("[1 2]", JsJsonErrorKind.UnexpectedByte, 3)]
    [InlineData("{\"a\":1,}", JsJsonErrorKind.UnexpectedByte, 7)]
    [InlineData("{a:1}", JsJsonErrorKind.UnexpectedByte, 1)]
    [InlineData("{\"a\" 1}", JsJsonErrorKind.UnexpectedByte, 5)]
    [InlineData("\"a\nb\"", JsJsonErrorKind.ControlCharacter, 2)]
    [InlineData("\"\\x\"", JsJsonErrorKind.BadEscape, 1)]
    [InlineData("\"\\u12g4\"", JsJsonErrorKind.BadEscape, 1)]
    [InlineData("\"abc", JsJsonErrorKind.UnexpectedEnd, 4)]
    [InlineData("\"abc\\", JsJsonErrorKind.UnexpectedEnd, 5)]
    [InlineData("\"abc\\\"", JsJsonErrorKind.UnexpectedEnd, 6)]
    [InlineData("1 1", JsJsonErrorKind.TrailingText, 2)]
    [InlineData("1\u00a0", JsJsonErrorKind.TrailingText, 1)]
    public void TryParse_of_foreign_text_names_what_is_wrong_and_where(string text, JsJsonErrorKind kind, int offset)
    {
        Assert.False(JsJson.TryParse(text, options: null, out var value, out var error));
        Assert.Null(value);
        Assert.Equal(new JsJsonError(kind, offset), error);
    }

    [Fact]
    public void TryParse_of_lone_surrogates_in_a_string_keeps_them()
    {
        Assert.True(JsJson.TryParse("\"a\ud800b\\\\\udc00\"", out var value));
        Assert.Equal("a\ud800b\\\udc00", Assert.IsType<JsString>(value).Value);
        Assert.Equal("\"a\\ud800b\\\\\\udc00\"", value.ToString());
        Assert.False(JsJson.TryParse("\"\\\ud800\"", options: null, out _, out var error));
        Assert.Equal(new JsJsonError(JsJsonErrorKind.BadEscape, 1), error);
    }

    [Fact]
    public void TryParse_of_invalid_utf8_replaces_it_as_node_does()
    {
        byte[] text = [(byte)'"', 0xff, 0xe2, 0x82, (byte)'\\', (byte)'n', 0xed, 0xa0, 0x80, (byte)'"'];
        Assert.True(JsJson.TryParse(text, out var value));
        Assert.Equal("\ufffd\ufffd\n\ufffd\ufffd\ufffd", Assert.IsType<JsString>(value).Value);
    }

    [Fact]
    public void TryParse_at_the_depth_limit_passes_and_one_beyond_fails()
    {
        var options = new JsJsonOptions { MaxDepth = JsJsonOptions.DepthCeiling };
        Assert.True(JsJson.TryParse(Nested(JsJsonOptions.DepthCeiling), options, out var value, out _));
        Assert.Equal(Nested(JsJsonOptions.DepthCeiling), value.ToString());
        Assert.False(JsJson.TryParse(Nested(JsJsonOptions.DepthCeiling + 1), options, out _, out var error));
        Assert.Equal(new JsJsonError(JsJsonErrorKind.TooDeep, JsJsonOptions.DepthCeiling), error);
        Assert.False(JsJson.TryParse(new string('[', 1_000_000), options, out _, out error));
        Assert.Equal(JsJsonErrorKind.TooDeep, error.Kind);

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Fact]
    public void TryParse_beyond_the_size_limit_fails()
    {
        var options = new JsJsonOptions { MaxBytes = 5 };
        Assert.True(JsJson.TryParse("\"abc\"", options, out _, out _));
        Assert.False(JsJson.TryParse("\"\u00e9\u00e9\"", options, out _, out var error));
        Assert.Equal(JsJsonErrorKind.TooLarge, error.Kind);
        Assert.False(JsJson.TryParse("\"abcd\""u8, options, out _, out error));
        Assert.Equal(JsJsonErrorKind.TooLarge, error.Kind);
    }

    [Fact]
    public void TryParse_of_many_descending_index_keys_stays_fast_and_ordered()
    {
        const int Count = 50_000;
        var text = "{" + string.Join(',', Enumerable.Range(0, Count).Select(i => $"\"{Count - 1 - i}\":{i}")) + "}";
        Assert.True(JsJson.TryParse(text, out var value));
        var position = 0;
        foreach (var member in Assert.IsType<JsObject>(value))
            Assert.Equal(position++.ToString(System.Globalization.CultureInfo.InvariantCulture), member.Key);
        Assert.Equal(Count, position);
    }
}
