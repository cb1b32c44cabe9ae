using System.Text.Json;
using Hyper.Bee.Internal;
using TestKit;

namespace Hyper.Bee.Tests;

public sealed class ExtensionCodecTests
{
    [Fact]
    public void Recorded_messages_are_read_and_written_back_the_same()
    {
        var vectors = Vectors.All("extension/").ToArray();
        foreach (var vector in vectors)
        {
            var bytes = Convert.FromHexString(vector.Expected().GetString()!);
            Assert.Equal(bytes, ExtensionCodec.Encode(Message(vector.Input())));
            Assert.True(ExtensionCodec.TryRead(bytes, out var read));
            Assert.Equal(bytes, ExtensionCodec.Encode(read));
        }
        Assert.Equal(3, vectors.Length);
    }

    [Fact]
    public void On_the_wire_a_message_stands_behind_its_length()
    {
        var bytes = Convert.FromHexString(Vectors.All("extension/get").Single().Expected().GetString()!);
        Assert.True(ExtensionCodec.TryRead(bytes, out var get));
        Assert.Equal([(byte)bytes.Length, .. bytes], ExtensionCodec.EncodeFrame(get));
        // Above 252 the length has three bytes.
        var key = new byte[300];
        var frame = ExtensionCodec.EncodeFrame(new(Get: new GetMessage(2, key)));
        Assert.Equal([0xfd, (byte)(frame.Length - 3), 1], frame[..3]);

        Assert.True(ExtensionCodec.TryReadFrame(frame, out var read));
        Assert.Equal(key, read.Get!.Key.ToArray());
        Assert.True(ExtensionCodec.TryReadFrame((byte[])[.. frame, 1, 2, 3], out _));
        Assert.False(ExtensionCodec.TryReadFrame(frame.AsMemory(0, frame.Length - 1), out _));
        Assert.False(ExtensionCodec.TryReadFrame(default, out _));
    }

    [Theory]
    [InlineData("0a0208 01", "cache without end")]
    [InlineData("0a020a00", "number with a length")]
    [InlineData("12020805", "get without key")]
    [InlineData("1204080510 01", "key that is a number")]
    [InlineData("1203080512", "key cut short")]
    [InlineData("1a0408074201 05", "checkpoint of one number")]
    [InlineData("1a0708074203050012", "step behind every node")]
    [InlineData("08 01", "part that is a number")]
    [InlineData("1205 0805120161 0b", "group")]
    public void Broken_message_is_refused(string hex, string fault) =>
        Assert.False(ExtensionCodec.TryRead(Convert.FromHexString(hex.Replace(" ", "")), out _), fault);

    [Fact]
    public void Message_that_is_too_long_is_refused()
    {
        var key = new byte[ExtensionCodec.MaxMessageBytes];
        Assert.False(ExtensionCodec.TryRead(ExtensionCodec.Encode(new(Get: new GetMessage(2, key))), out _));
        var blocks = new ulong[ExtensionCodec.MaxBlocks + 1];
        Assert.False(ExtensionCodec.TryRead(ExtensionCodec.Encode(new(new CacheMessage(0, 1, blocks))), out _));
        Assert.True(ExtensionCodec.TryRead(ExtensionCodec.Encode(new(new CacheMessage(0, 1, blocks[1..]))), out _));
    }

    /// <summary>The key is a part of what came: it would keep the rest in memory as long as the answer waits.</summary>
    [Fact]
    public void What_follows_a_message_is_ignored_and_counts_for_its_length()
    {
        var frame = ExtensionCodec.EncodeFrame(new(Get: new GetMessage(2, new byte[1])));
        Assert.True(ExtensionCodec.TryReadFrame((byte[])[.. frame, .. new byte[1000]], out _));
        Assert.False(
            ExtensionCodec.TryReadFrame((byte[])[.. frame, .. new byte[ExtensionCodec.MaxMessageBytes]], out _)
        );
        var longest = new byte[ExtensionCodec.MaxMessageBytes - 10];
        Assert.True(
            ExtensionCodec.TryReadFrame(ExtensionCodec.EncodeFrame(new(Get: new GetMessage(2, longest))), out _)
        );
    }

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        Assert.True(ExtensionCodec.TryRead(Convert.FromHexString("200112090805120161280a3a00"), out var read));
        Assert.Equal(5UL, read.Get?.Version);
        Assert.Equal("a", Vectors.Text(read.Get?.Key));
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Foreign_messages_never_throw_and_read_back_as_themselves()
    {
        var bare = Vectors.All("extension/").Select(v => Convert.FromHexString(v.Expected().GetString()!));
        var examples = bare.SelectMany(bytes => (byte[][])[bytes, [(byte)bytes.Length, .. bytes]]);
        var inputs = new RandomBytes(TestSeed.NewRandom(), [.. examples]);
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            var input = inputs.Next();
            if (!ExtensionCodec.TryReadFrame(input, out var message) && !ExtensionCodec.TryRead(input, out message))
                continue;
            var encoded = ExtensionCodec.EncodeFrame(message);
            Assert.True(ExtensionCodec.TryReadFrame(encoded, out var again));
            Assert.Equal(encoded, ExtensionCodec.EncodeFrame(again));
        }
    }

    private static ExtensionMessage Message(JsonElement input)
    {
        if (input.TryGetProperty("get", out var get))
        {
            var key = Convert.FromHexString(get.GetProperty("key").GetString()!);
            return new(Get: new GetMessage(get.GetProperty("version").GetUInt64(), key));
        }
        if (input.TryGetProperty("cache", out var cache))
        {
            var blocks = cache.GetProperty("blocks").EnumerateArray().Select(block => block.GetUInt64());
            return new(CacheMessage.Of([.. blocks]));
        }
        var iterator = input.GetProperty("iterator");
        var place = iterator.GetProperty("checkpoint");
        return new(
            Iterator: new IteratorMessage(
                iterator.GetProperty("version").GetUInt64(),
                new KeyBounds(
                    Vectors.Bytes(iterator.GetProperty("gte")),
                    true,
                    Vectors.Bytes(iterator.GetProperty("lt")),
                    false
                ),
                iterator.GetProperty("limit").GetUInt64(),
                iterator.GetProperty("reverse").GetBoolean(),
                [new TreePlace(place[0].GetUInt64(), place[1].GetUInt64(), place[2].GetInt32())]
            )
        );
    }
}
