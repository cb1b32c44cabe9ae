using Hyper.Bee.Internal;
using TestKit;

namespace Hyper.Bee.Tests;

public sealed class BlockCodecTests
{
    [Fact]
    public void Recorded_blocks_are_read_and_written_back_the_same()
    {
        var count = 0;
        foreach (var bytes in Vectors.Blocks())
        {
            if (HeaderCodec.TryRead(bytes, out var header) && header.Protocol == BeeHeader.BeeProtocol)
            {
                Assert.Equal(bytes, HeaderCodec.Encode(header));
                continue;
            }
            Assert.True(BlockCodec.TryRead(7, bytes, out var block));
            Assert.Equal(bytes, Encode(block));
            count++;
        }
        Assert.True(count > 300, $"{count} blocks");
    }

    [Theory]
    [InlineData("", "no fields")]
    [InlineData("0a00", "no key")]
    [InlineData("120161", "no index")]
    [InlineData("0a00120261", "key cut short")]
    [InlineData("0a0012ffffffffffffffff7f61", "key of absurd length")]
    [InlineData("0a00120161180a", "value that is a number")]
    [InlineData("0a001201610b", "group")]
    public void Broken_block_is_refused(string hex, string fault) =>
        Assert.False(BlockCodec.TryRead(1, Convert.FromHexString(hex), out _), fault);

    [Theory]
    [InlineData("0a0b0a09010203040506070809", "nine keys")]
    [InlineData("0a051203010002", "child without offset")]
    [InlineData("0a030a0180", "number cut short")]
    [InlineData("0a0a0a08ffffffffffffff7f", "number above 2^53")]
    public void Broken_index_is_refused(string hex, string fault) =>
        Assert.False(IndexCodec.TryRead(Convert.FromHexString(hex), out _), fault);

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        Assert.True(BlockCodec.TryRead(1, Convert.FromHexString("200a0a002a02ffff120161"), out var block));
        Assert.Equal("a", Vectors.Text(block.Key));
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Foreign_blocks_never_throw_and_read_back_as_themselves()
    {
        var inputs = new RandomBytes(TestSeed.NewRandom(), Vectors.Blocks());
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            var bytes = inputs.Next();
            if (HeaderCodec.TryRead(bytes, out var header))
            {
                Assert.True(HeaderCodec.TryRead(HeaderCodec.Encode(header), out var again));
                Assert.Equal(HeaderCodec.Encode(header), HeaderCodec.Encode(again));
            }
            if (!BlockCodec.TryRead(1, bytes, out var block) || !CanInflate(block))
                continue;
            var encoded = Encode(block);
            Assert.True(BlockCodec.TryRead(1, encoded, out var same));
            Assert.Equal(encoded, Encode(same));
        }
    }

    private static bool CanInflate(BeeBlock block)
    {
        try
        {
            return block.Levels.Length >= 0;
        }
        catch (HyperbeeException error) when (error.Code == HyperbeeErrorCode.DecodingError)
        {
            return false;
        }
    }

    private static byte[] Encode(BeeBlock block)
    {
        var bytes = new byte[BlockCodec.GetSize(block.Levels, block)];
        var writer = new ProtobufWriter(bytes);
        BlockCodec.Write(ref writer, block.Levels, block);
        Assert.Equal(bytes.Length, writer.Position);
        return bytes;
    }
}
