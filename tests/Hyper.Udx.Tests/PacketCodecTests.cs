using System.Buffers.Binary;
using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class PacketCodecTests
{
    private static readonly Dictionary<string, PacketFlags> _names = new(StringComparer.Ordinal)
    {
        ["DATA"] = PacketFlags.Data,
        ["END"] = PacketFlags.End,
        ["SACK"] = PacketFlags.Sack,
        ["MESSAGE"] = PacketFlags.Message,
        ["DESTROY"] = PacketFlags.Destroy,
        ["HEARTBEAT"] = PacketFlags.Heartbeat,
    };

    [Fact]
    public void TryRead_captured_packets_gives_every_field()
    {
        var count = 0;
        foreach (var packet in Vectors.Packets())
        {
            var bytes = Vectors.Bytes(packet);
            Assert.True(PacketCodec.TryRead(bytes, out var header, out var sackRanges, out var payload));
            var flags = packet
                .GetProperty("flags")
                .EnumerateArray()
                .Aggregate(PacketFlags.State, (all, name) => all | _names[name.GetString()!]);
            Assert.Equal(flags, header.Flags);
            Assert.Equal(packet.GetProperty("off").GetInt32(), header.DataOffset);
            Assert.Equal(packet.GetProperty("id").GetUInt32(), header.StreamId);
            Assert.Equal(packet.GetProperty("rwnd").GetUInt32(), header.Window);
            Assert.Equal(packet.GetProperty("seq").GetUInt32(), header.Sequence);
            Assert.Equal(packet.GetProperty("ack").GetUInt32(), header.Acknowledgement);
            Assert.Equal(bytes.Length - PacketHeader.Bytes - header.DataOffset, payload.Length);
            AssertRanges(packet, sackRanges);
            AssertWrittenAlike(bytes, header);
            count++;
        }
        Assert.InRange(count, 100, int.MaxValue);
    }

    [Fact]
    public void TryRead_every_truncation_never_throws()
    {
        foreach (var packet in Vectors.Packets())
        {
            var bytes = Vectors.Bytes(packet);
            for (var length = 0; length <= bytes.Length; length++)
            {
                var isRead = PacketCodec.TryRead(bytes.AsSpan(0, length), out var header, out _, out _);
                Assert.Equal(length >= PacketHeader.Bytes + header.DataOffset && isRead, isRead);
                if (length < PacketHeader.Bytes)
                    Assert.False(isRead);
            }
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryRead_random_and_mutated_never_throws_and_stays_inside()
    {
        var random = TestSeed.NewRandom();
        var templates = Vectors.Packets().Select(Vectors.Bytes).ToArray();
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var bytes = (byte[])templates[random.Next(templates.Length)].Clone();
            for (var flips = random.Next(8); flips > 0; flips--)
                bytes[random.Next(Math.Min(bytes.Length, 40))] = (byte)random.Next(256);
            if (random.Next(3) == 0)
                random.NextBytes(bytes);
            if (!PacketCodec.TryRead(bytes, out var header, out var sackRanges, out var payload))
                continue;
            var message = Convert.ToHexStringLower(bytes);
            Assert.True(payload.Length == bytes.Length - PacketHeader.Bytes - header.DataOffset, message);
            Assert.True(sackRanges.Length % PacketCodec.SackRangeBytes == 0, message);
            Assert.True(sackRanges.Length <= PacketCodec.MaxSackRanges * PacketCodec.SackRangeBytes, message);
        }
    }

    [Theory]
    [InlineData("ff010100", false)]
    [InlineData("ff0201000d0c0b0a000040000000000000000000", false)]
    [InlineData("fe0101000d0c0b0a000040000000000000000000", false)]
    [InlineData("ff0101010d0c0b0a000040000000000000000000", false)]
    [InlineData("ff01c0000d0c0b0a000040000000000000000000", true)]
    public void TryRead_odd_packets_answers(string hex, bool expected) =>
        Assert.Equal(expected, PacketCodec.TryRead(Convert.FromHexString(hex), out _, out _, out _));

    [Fact]
    public void TryRead_padding_is_skipped()
    {
        var bytes = new byte[PacketHeader.Bytes + 8 + 3];
        PacketCodec.WriteHeader(bytes, new PacketHeader(PacketFlags.Data, 8, 1, 2, 3, 4));
        "abc"u8.CopyTo(bytes.AsSpan(PacketHeader.Bytes + 8));
        Assert.True(PacketCodec.TryRead(bytes, out _, out var sackRanges, out var payload));
        Assert.True(sackRanges.IsEmpty);
        Assert.Equal("abc"u8, payload);
    }

    [Fact]
    public void TryRead_ranges_before_data_end_at_the_offset()
    {
        var bytes = new byte[PacketHeader.Bytes + 8 + 3];
        PacketCodec.WriteHeader(bytes, new PacketHeader(PacketFlags.Data | PacketFlags.Sack, 8, 1, 2, 3, 4));
        Assert.True(PacketCodec.TryRead(bytes, out _, out var sackRanges, out var payload));
        Assert.Equal(8, sackRanges.Length);
        Assert.Equal(3, payload.Length);
    }

    [Theory]
    [InlineData(0u, 0L, 0L)]
    [InlineData(0u, 0xffff_ffffL, 0x1_0000_0000L)]
    [InlineData(5u, 0xffff_fff0L, 0x1_0000_0005L)]
    [InlineData(0xffff_fff0u, 0x1_0000_0005L, 0xffff_fff0L)]
    [InlineData(0xffff_ffffu, 0L, -1L)]
    [InlineData(0x7fff_ffffu, 0L, 0x7fff_ffffL)]
    public void Expand_takes_the_nearest(uint wire, long reference, long expected) =>
        Assert.Equal(expected, SequenceNumber.Expand(wire, reference));

    private static void AssertRanges(System.Text.Json.JsonElement packet, ReadOnlySpan<byte> sackRanges)
    {
        if (!packet.TryGetProperty("sacks", out var expected))
        {
            Assert.True(sackRanges.IsEmpty);
            return;
        }
        Assert.Equal(expected.GetArrayLength() * PacketCodec.SackRangeBytes, sackRanges.Length);
        for (var i = 0; i < expected.GetArrayLength(); i++)
        {
            var (start, end) = PacketCodec.ReadSackRange(sackRanges[(i * PacketCodec.SackRangeBytes)..]);
            Assert.Equal(expected[i][0].GetUInt32(), start);
            Assert.Equal(expected[i][1].GetUInt32(), end);
        }
    }

    private static void AssertWrittenAlike(byte[] bytes, in PacketHeader header)
    {
        Span<byte> written = stackalloc byte[PacketHeader.Bytes];
        PacketCodec.WriteHeader(written, header);
        Assert.Equal(bytes.AsSpan(0, PacketHeader.Bytes), written);
        Assert.Equal(0x01ff, BinaryPrimitives.ReadUInt16LittleEndian(written));
    }
}
