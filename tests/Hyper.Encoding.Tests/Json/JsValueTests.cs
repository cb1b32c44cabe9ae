using System.Buffers;
using Hyper.Encoding.Json;
using TestKit;

namespace Hyper.Encoding.Tests.Json;

public sealed class JsValueTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_object_with_room_is_empty_and_takes_more_than_that(int capacity)
    {
        var value = new JsObject(capacity);
        Assert.Empty(value);
        value["b"] = 1;
        value["a"] = 2;
        value["1"] = 3;
        Assert.Equal("""{"1":3,"b":1,"a":2}""", JsJson.Stringify(value));
    }

    [Fact]
    public void Set_of_an_existing_key_keeps_its_place()
    {
        var value = new JsObject { ["b"] = 1, ["a"] = 2 };
        value["b"] = "three";
        Assert.Equal("""{"b":"three","a":2}""", value.ToString());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    public void Set_and_Remove_keep_the_order_of_the_language(int names)
    {
        var value = new JsObject();
        for (var i = 0; i < names; i++)
            value[$"k{i}"] = i;
        value["7"] = "seven";
        value["3"] = "three";
        Assert.True(value.Remove("k1"));
        Assert.False(value.Remove("k1"));
        value["k1"] = "again";
        value["5"] = "five";

        var keys = value.Members.ToArray().Select(member => member.Key).ToArray();
        string[] expected =
        [
            "3",
            "5",
            "7",
            .. Enumerable.Range(0, names).Where(i => i != 1).Select(i => $"k{i}"),
            "k1",
        ];
        Assert.Equal(expected, keys);
        Assert.All(keys, key => Assert.True(value.ContainsKey(key)));
        Assert.Equal("again", value.GetString("k1"));
        Assert.Equal("five", value.GetString("5"));
    }

    [Fact]
    public void Getters_of_another_kind_or_a_missing_key_answer_null()
    {
        var value = new JsObject
        {
            ["n"] = 1.5,
            ["s"] = "x",
            ["t"] = true,
            ["z"] = (string?)null,
        };
        Assert.Equal(1.5, value.GetNumber("n"));
        Assert.Null(value.GetNumber("s"));
        Assert.Null(value.GetString("n"));
        Assert.Equal(true, value.GetBoolean("t"));
        Assert.Null(value.GetObject("t"));
        Assert.Null(value.GetArray("missing"));
        Assert.Null(value["missing"]);
        Assert.True(value["z"]!.IsNull);
    }

    [Fact]
    public void IsTruthy_follows_JavaScript()
    {
        JsValue[] falsy = [JsValue.Null, false, 0, -0.0, double.NaN, ""];
        JsValue[] truthy = [true, 1, -1, double.PositiveInfinity, "0", new JsArray(), new JsObject()];
        Assert.All(falsy, value => Assert.False(value.IsTruthy));
        Assert.All(truthy, value => Assert.True(value.IsTruthy));
    }

    [Theory]
    [InlineData(9007199254740991, true)]
    [InlineData(-9007199254740991, true)]
    [InlineData(9007199254740992, false)]
    [InlineData(0.5, false)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, false)]
    public void TryGetInteger_takes_safe_integers_only(double number, bool expected)
    {
        Assert.Equal(expected, JsNumber.Of(number).TryGetInteger(out var value));
        Assert.Equal(expected ? (long)number : 0, value);
    }

    [Fact]
    public void Of_negative_zero_is_not_shared_with_zero()
    {
        Assert.True(double.IsNegative(JsNumber.Of(-0.0).Value));
        Assert.False(double.IsNegative(JsNumber.Of(0).Value));
    }

    [Fact]
    public void Stringify_of_a_value_that_contains_itself_throws_instead_of_ending_the_process()
    {
        var value = new JsArray();
        value.Add(new JsObject { ["self"] = value });
        Assert.Throws<InvalidOperationException>(() => JsJson.Stringify(value));
        Assert.Throws<InvalidOperationException>(() => JsJson.StringifySorted(value, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void All_forms_of_Stringify_give_the_same_bytes()
    {
        var value = new JsObject { ["z"] = new JsArray("é\ud800", 1e21, false), ["a"] = new string('ü', 5000) + "\n" };
        var expected = JsJson.StringifyToUtf8(value);
        var output = new ArrayBufferWriter<byte>();
        JsJson.Stringify(value, output);
        Assert.Equal(expected, output.WrittenSpan);
        Assert.Equal(expected.Length, JsJson.GetUtf8Length(value));
        Assert.Equal(JsJson.Stringify(value), TextEncoding.UTF8.GetString(expected));

        var exact = new byte[expected.Length];
        Assert.True(JsJson.TryStringify(value, exact, out var written));
        Assert.Equal(expected.Length, written);
        Assert.Equal(expected, exact);
        Assert.False(JsJson.TryStringify(value, exact.AsSpan(1), out written));
        Assert.Equal(0, written);

        var sorted = JsJson.StringifySortedToUtf8(value);
        Assert.NotEqual(expected, sorted);
        output.Clear();
        JsJson.StringifySorted(value, output);
        Assert.Equal(sorted, output.WrittenSpan);
        Assert.True(JsJson.TryStringifySorted(value, exact, out written));
        Assert.Equal(sorted, exact);
        Assert.Equal(sorted, TextEncoding.UTF8.GetBytes(JsJson.StringifySorted(value)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(300)]
    public void StringifySorted_of_any_number_of_members_sorts_by_code_units(int count)
    {
        var random = TestSeed.NewRandom();
        var value = new JsObject();
        while (value.Count < count)
            value[new string(random.GetItems("aZ09_é\ud800\ue000".AsSpan(), random.Next(1, 6)))] = value.Count;
        Assert.True(JsJson.TryParse(JsJson.StringifySorted(value), out var sorted));
        var keys = value.Members.ToArray().Select(member => member.Key).Order(StringComparer.Ordinal);
        var written = JsJson.StringifySorted(value);
        var at = -1;
        foreach (var key in keys)
        {
            var next = written.IndexOf(JsJson.Stringify(key) + ":", StringComparison.Ordinal);
            Assert.True(next > at, key);
            at = next;
        }
        Assert.Equal(count, Assert.IsType<JsObject>(sorted).Count);
    }

    [Fact]
    public void Stringify_into_a_buffer_writer_allocates_nothing()
    {
        var value = new JsObject
        {
            ["z"] = new JsArray("é", 1.5, true),
            ["a"] = "text\n",
            ["m"] = 12345,
        };
        var output = new ArrayBufferWriter<byte>(1024);
        for (var i = 0; i < 3; i++)
            Write();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Write();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Write()
        {
            output.ResetWrittenCount();
            JsJson.Stringify(value, output);
            JsJson.StringifySorted(value, output);
        }
    }
}
