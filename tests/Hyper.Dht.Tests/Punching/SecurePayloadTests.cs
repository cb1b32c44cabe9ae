using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Messages;
using Hyper.Dht.Tests.Messages;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Punching;

public sealed class SecurePayloadTests
{
    [Theory]
    [InlineData("secure-payload/0")]
    [InlineData("secure-payload/1")]
    public void TryOpen_vector_gives_payload(string id)
    {
        var vector = VectorFile.Find("secure-payload.json", id);
        var input = vector.GetProperty("input");
        using var secure = new SecurePayload(input.GetProperty("handshakeHash").Hex(), new SeededRandomSource(1));

        Assert.True(secure.TryOpen(vector.GetProperty("hex").Hex(), out var payload));
        var expected = MessageVectors.HolepunchPayload(vector.GetProperty("decrypted"));
        Assert.Equal(expected.Addresses, payload.Addresses);
        Assert.Equal(expected with { Addresses = null }, payload with { Addresses = null });
    }

    [Fact]
    public void Seal_vector_nonce_gives_vector_bytes()
    {
        var vector = VectorFile.Find("secure-payload.json", "secure-payload/0");
        var input = vector.GetProperty("input");
        var random = new FixedRandomSource(new byte[32], vector.GetProperty("nonce").Hex());
        using var secure = new SecurePayload(input.GetProperty("handshakeHash").Hex(), random);

        var bytes = secure.Seal(MessageVectors.HolepunchPayload(input.GetProperty("payload")));

        Assert.Equal(vector.GetProperty("hex").Hex(), bytes);
    }

    [Fact]
    public void TryOpen_changed_or_short_bytes_is_refused()
    {
        var hash = new byte[64];
        using var secure = new SecurePayload(hash, new SeededRandomSource(1));
        using var other = new SecurePayload(new byte[63], new SeededRandomSource(1));
        var bytes = secure.Seal(new HolepunchPayload { Round = 3, Punching = true });

        Assert.True(secure.TryOpen(bytes, out _));
        Assert.False(other.TryOpen(bytes, out _));
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.False(secure.TryOpen(bytes.AsSpan(0, i), out _));
            bytes[i] ^= 1;
            Assert.False(secure.TryOpen(bytes, out _));
            bytes[i] ^= 1;
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryOpen_random_or_changed_bytes_never_throws_and_opens_nothing_else()
    {
        using var secure = new SecurePayload(new byte[64], new SeededRandomSource(1));
        var good = secure.Seal(new HolepunchPayload { Round = 3, Punching = true });
        var inputs = new RandomBytes(TestSeed.NewRandom(), [good]);
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var bytes = inputs.Next();
            Assert.Equal(bytes.AsSpan().SequenceEqual(good), secure.TryOpen(bytes, out _));
        }
    }

    [Fact]
    public void CreateToken_vector_depends_on_the_host_alone()
    {
        var vector = VectorFile.Find("secure-payload.json", "secure-payload/token (local choice)");
        var input = vector.GetProperty("input");
        var random = new FixedRandomSource(input.GetProperty("localSecret").Hex());
        using var secure = new SecurePayload(new byte[64], random);

        Assert.Equal(vector.GetProperty("hex").Hex32(), secure.CreateToken(new UdpAddress(0x0A00_0001, 5)));
        Assert.Equal(vector.GetProperty("hex").Hex32(), secure.CreateToken(new UdpAddress(0x0A00_0001, 6)));
    }

    private sealed class FixedRandomSource(params byte[][] fills) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> destination) => fills[_next++].CopyTo(destination);

        public int Next(int exclusiveMax) => 0;

        public double NextDouble() => 0;
    }
}
