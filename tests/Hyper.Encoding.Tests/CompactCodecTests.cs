using Hyper.Encoding.Json;
using TestKit;

namespace Hyper.Encoding.Tests;

public sealed class CompactCodecTests
{
    [Fact]
    public void Numbers_of_every_size_come_back_as_written()
    {
        var random = TestSeed.NewRandom();
        var buffer = new byte[64];
        for (var i = 0; i < 20_000; i++)
        {
            var value = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            var width = (71 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 8;
            var signed = (long)value;
            var writer = new CompactWriter(buffer);
            writer.WriteUInt(value);
            Assert.Equal(CompactEncoding.SizeOfUInt(value), writer.Position);
            writer.WriteInt(signed);
            Assert.Equal(CompactEncoding.SizeOfUInt(value) + CompactEncoding.SizeOfInt(signed), writer.Position);
            writer.WriteFixedUInt(width, value);
            writer.WriteFixedInt(8, signed);
            writer.WriteFixedInt(8, ~signed);
            writer.WriteBool(i % 2 == 0);

            var reader = new CompactReader(writer.Written);
            Assert.True(reader.TryReadUInt(out var unsignedRead) && unsignedRead == value);
            Assert.True(reader.TryReadInt(out var signedRead) && signedRead == signed);
            Assert.True(reader.TryReadFixedUInt(width, out unsignedRead) && unsignedRead == value);
            Assert.True(reader.TryReadFixedInt(8, out signedRead) && signedRead == signed);
            Assert.True(reader.TryReadFixedInt(8, out signedRead) && signedRead == ~signed);
            Assert.True(reader.TryReadBool(out var flag) && flag == (i % 2 == 0));
            Assert.True(reader.IsAtEnd);
        }
    }

    [Fact]
    public void WriteFixedUInt_of_a_value_that_needs_more_bytes_throws()
    {
        var buffer = new byte[8];
        Assert.Throws<ArgumentOutOfRangeException>(() => new CompactWriter(buffer).WriteFixedUInt(3, 0x1000000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CompactWriter(buffer).WriteFixedInt(1, 128));
    }

    [Fact]
    public void TryReadBool_takes_only_one_for_true()
    {
        Assert.True(new CompactReader([2]).TryReadBool(out var value));
        Assert.False(value);
    }

    [Theory]
    [InlineData("03000000", 1, true)]
    [InlineData("04000000", 1, false)]
    [InlineData("0200000000", 2, true)]
    [InlineData("0300000000", 2, false)]
    [InlineData("feffffffff", 1, false)]
    [InlineData("ffffffffffffffffff", 1, false)]
    public void TryReadArrayLength_refuses_what_cannot_be_there(string hex, int minItemBytes, bool expected)
    {
        var reader = new CompactReader(Convert.FromHexString(hex));
        Assert.Equal(expected, reader.TryReadArrayLength(minItemBytes, out _));
        Assert.Equal(expected ? 1 : 0, reader.Position);
    }

    [Fact]
    public void TryReadArrayLength_beyond_the_limit_of_JS_is_refused()
    {
        var buffer = new byte[CompactEncoding.MaxArrayLength + 16];
        var writer = new CompactWriter(buffer);
        writer.WriteUInt(CompactEncoding.MaxArrayLength + 1);
        Assert.False(new CompactReader(buffer).TryReadArrayLength(1, out _));
        writer = new CompactWriter(buffer);
        writer.WriteUInt(CompactEncoding.MaxArrayLength);
        Assert.True(new CompactReader(buffer).TryReadArrayLength(1, out var length));
        Assert.Equal(CompactEncoding.MaxArrayLength, length);
    }

    [Fact]
    public void LexicographicInteger_keeps_order_and_value()
    {
        var random = TestSeed.NewRandom();
        Span<byte> left = stackalloc byte[8];
        Span<byte> right = stackalloc byte[8];
        for (var i = 0; i < 20_000; i++)
        {
            // 44 bits and less come back exactly.
            var a = (ulong)random.NextInt64(1L << random.Next(1, 44));
            var b = i % 2 == 0 ? a + (ulong)random.Next(300) : (ulong)random.NextInt64(1L << random.Next(1, 44));
            var leftBytes = WriteLex(left, a);
            var rightBytes = WriteLex(right, b);
            if (IsOrdered(a) && IsOrdered(b))
                Assert.Equal(Math.Sign(a.CompareTo(b)), Math.Sign(leftBytes.SequenceCompareTo(rightBytes)));
            var reader = new CompactReader(leftBytes);
            Assert.True(LexicographicInteger.TryRead(ref reader, out var read));
            Assert.Equal(a, read);
        }

        // The first values of the wide form have the exponent byte of -1, which sorts last; that is the format.
        static bool IsOrdered(ulong value) => value is < 0x1_0000_0000 or >= 0x1_0000_0000 + 251;

        static ReadOnlySpan<byte> WriteLex(Span<byte> target, ulong value)
        {
            var writer = new CompactWriter(target);
            LexicographicInteger.Write(ref writer, value);
            Assert.Equal(LexicographicInteger.SizeOf(value), writer.Position);
            return target[..writer.Position];
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Readers_of_random_bytes_never_throw_and_never_pass_the_end()
    {
        var random = TestSeed.NewRandom();
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            for (var at = 0; at < bytes.Length && random.Next(2) == 0; at++)
                bytes[at] = (byte)random.Next(10);
            var reader = new CompactReader(bytes);
            _ = CompactAny.TryRead(ref reader, out _);
            _ = CompactJson.TryRead(ref reader, options: null, out _, out _);
            _ = LexicographicInteger.TryRead(ref reader, out _);
            _ = reader.TryReadArrayLength(1, out _);
            _ = reader.TryReadInt(out _) && reader.TryReadFixedInt(random.Next(1, 9), out _);
            _ = reader.TryReadFloat32(out _) && reader.TryReadFloat64(out _) && reader.TryReadBool(out _);
            _ = reader.TryReadBuffer(out _) || reader.TryReadString(out _);
            Assert.InRange(reader.Position, 0, bytes.Length);
        }
    }

    [Fact]
    public void CompactAny_of_random_values_comes_back_as_written()
    {
        var texts = new Encoding.Tests.Json.JsonTexts(TestSeed.NewRandom());
        for (var i = 0; i < 5_000; i++)
        {
            if (!JsJson.TryParse(texts.Next(i), out var value))
                continue;
            var buffer = new byte[CompactAny.SizeOf(value)];
            var writer = new CompactWriter(buffer);
            CompactAny.Write(ref writer, value);
            Assert.Equal(buffer.Length, writer.Position);
            var reader = new CompactReader(buffer);
            Assert.True(CompactAny.TryRead(ref reader, out var read));
            // Strings pass through UTF-8, where a lone surrogate becomes U+FFFD, in JS too.
            if (!value.ToString().Contains("\\ud", StringComparison.Ordinal))
                Assert.Equal(value.ToString(), read.ToString());
        }
    }

    [Fact]
    public void CompactAny_nested_too_deep_is_refused()
    {
        var bytes = new byte[2 * 100_000];
        for (var i = 0; i < bytes.Length; i += 2)
            (bytes[i], bytes[i + 1]) = (7, 1);
        var reader = new CompactReader(bytes);
        Assert.False(CompactAny.TryRead(ref reader, out var value));
        Assert.Null(value);
        Assert.Equal(0, reader.Position);
    }
}
