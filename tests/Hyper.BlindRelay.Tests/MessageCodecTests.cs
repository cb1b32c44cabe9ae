using System.Text.Json;
using Hyper.BlindRelay.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.BlindRelay.Tests;

public sealed class MessageCodecTests
{
    [Fact]
    public void PairMessage_vectors_are_written_and_read()
    {
        foreach (var vector in Vectors("pair/"))
        {
            var input = vector.GetProperty("input");
            var message = new PairMessage(
                input.GetProperty("isInitiator").GetBoolean(),
                Token(input.GetProperty("token").GetProperty("hex")),
                input.GetProperty("id").GetUInt32(),
                input.GetProperty("seq").GetUInt32()
            );
            var bytes = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            Assert.Equal(bytes, PairMessageCodec.Encode(message));
            Assert.True(PairMessageCodec.TryRead(bytes, out var read));
            Assert.Equal(message, read);
            for (var length = 0; length < bytes.Length; length++)
                Assert.False(PairMessageCodec.TryRead(bytes.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void UnpairMessage_vector_is_written_and_read()
    {
        var vector = Assert.Single(Vectors("unpair"));
        var token = Token(vector.GetProperty("input").GetProperty("token"));
        var bytes = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
        Assert.Equal(bytes, UnpairMessageCodec.Encode(token));
        Assert.True(UnpairMessageCodec.TryRead(bytes, out var read));
        Assert.Equal(token, read);
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(UnpairMessageCodec.TryRead(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryRead_random_bytes_never_throws_and_what_it_reads_is_written_alike()
    {
        var random = TestSeed.NewRandom();
        var inputs = FuzzBudget.Inputs();
        for (var i = 0; i < inputs; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            if (PairMessageCodec.TryRead(bytes, out var message))
            {
                Assert.True(PairMessageCodec.TryRead(PairMessageCodec.Encode(message), out var again));
                Assert.Equal(message, again);
            }
            if (UnpairMessageCodec.TryRead(bytes, out var token))
                Assert.Equal(bytes.AsSpan(1, 32), token.Span);
        }
    }

    internal static IEnumerable<JsonElement> Vectors(string prefix)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "blind-relay.json");
        using var file = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var vector in file.RootElement.GetProperty("vectors").EnumerateArray())
        {
            if (vector.GetProperty("id").GetString()!.StartsWith(prefix, StringComparison.Ordinal))
                yield return vector.Clone();
        }
    }

    private static Bytes32 Token(JsonElement hex) => new(Convert.FromHexString(hex.GetString()!));
}
