using System.Text.Json;
using Hyper.Core.Internal;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>What is remembered of a peer's copy of a core, and what it is told.</summary>
public sealed class RemoteCoreTests
{
    private const SyncFlags Serving = SyncFlags.CanUpgrade | SyncFlags.Uploading;

    public static TheoryData<string> Wants() =>
        [.. Vectors.All("bitfield.json", "want/").Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Wants))]
    public void Blocks_knows_what_a_JavaScript_answer_to_a_want_says(string id)
    {
        var vector = Vectors.One("bitfield.json", id);
        var set = vector.Input().GetProperty("set").EnumerateArray().Select(bit => bit.GetUInt64()).ToHashSet();
        var blocks = new RemoteBlocks();
        foreach (var answer in vector.Expected().EnumerateArray())
        {
            var message = ToMessage(answer);
            blocks.Apply(message);
            for (var i = message.Start; i < message.Start + (8 * (ulong)message.Words.Length); i++)
                Assert.Equal(set.Contains(i), blocks.Has(i));
        }
        Assert.Equal(0, blocks.Ignored);
    }

    [Fact]
    public void Blocks_agrees_with_a_set_whatever_ranges_and_bitfields_come()
    {
        const int Bits = 3 * BitPage.Bits;
        var random = TestSeed.NewRandom();
        var blocks = new RemoteBlocks();
        var model = new bool[Bits];
        var contiguous = 0;
        for (var step = 0; step < 300; step++)
        {
            var start = random.Next(4) == 0 ? 0 : random.Next(Bits);
            if (random.Next(4) == 0)
            {
                start -= start % 32;
                var bytes = new byte[4 * random.Next(Math.Min((Bits - start) / 32, 1500))];
                if (random.Next(2) == 0)
                    random.NextBytes(bytes);
                blocks.Apply(new BitfieldMessage((ulong)start, bytes));
                contiguous = Math.Min(contiguous, start);
                for (var i = 0; i < 8 * bytes.Length; i++)
                    model[start + i] = (bytes[i / 8] & (1 << (i % 8))) != 0;
            }
            else
            {
                var length = random.Next(3) == 0 ? 1 : random.Next(Bits - start);
                var drop = random.Next(2) == 0;
                blocks.Apply(new RangeMessage(drop, (ulong)start, (ulong)length));
                if (drop)
                    contiguous = Math.Min(contiguous, start);
                if (start == 0 && !drop)
                    contiguous = Math.Max(contiguous, length);
                else
                    model.AsSpan(start, length).Fill(!drop);
            }
            Assert.Equal((ulong)contiguous, blocks.ContiguousLength);
            for (var i = 0; i < Bits; i += 1 + random.Next(50))
                Assert.Equal(i < contiguous || model[i], blocks.Has((ulong)i));
            var (from, count) = (random.Next(Bits - 100), random.Next(100));
            var all = Enumerable.Range(from, count).All(i => i < contiguous || model[i]);
            Assert.Equal(all, blocks.HasAll((ulong)from, (ulong)count));
        }
    }

    [Fact]
    public void Blocks_stays_small_whatever_a_peer_claims()
    {
        var blocks = new RemoteBlocks();
        blocks.Apply(new RangeMessage(Drop: false, 1, (1UL << 53) - 1));
        Assert.Equal(RemoteBlocks.MaxPages, blocks.PageCount);
        Assert.True(blocks.Has(1));
        blocks.Apply(new RangeMessage(Drop: false, FlatTree.MaxLength - 1, 1));
        Assert.False(blocks.Has(FlatTree.MaxLength - 1));
        var ones = new byte[BitPage.Bytes];
        ones.AsSpan().Fill(0xff);
        blocks.Apply(new BitfieldMessage(BitPage.Bits * 5000UL, ones));
        blocks.Apply(new BitfieldMessage((1UL << 53) - 32, ones));
        Assert.Equal(RemoteBlocks.MaxPages, blocks.PageCount);
        Assert.Equal(5, blocks.Ignored);
        blocks.Apply(new RangeMessage(Drop: true, 0, (1UL << 53) - 1));
        Assert.False(blocks.Has(1));
    }

    [Fact]
    public void Blocks_clears_a_range_of_any_length_by_the_pages_that_exist()
    {
        var blocks = new RemoteBlocks();
        blocks.Apply(new RangeMessage(Drop: false, 7, 1));
        blocks.Apply(new RangeMessage(Drop: false, FlatTree.MaxLength - 1, 1));
        Assert.True(blocks.Has(FlatTree.MaxLength - 1));
        blocks.Apply(new RangeMessage(Drop: true, 8, FlatTree.MaxLength));
        Assert.True(blocks.Has(7));
        Assert.False(blocks.Has(FlatTree.MaxLength - 1));
        Assert.Equal(2, blocks.PageCount);
    }

    [Fact]
    public void Blocks_ignores_a_bitfield_that_begins_within_a_word_but_believes_it_no_longer_contiguous()
    {
        var blocks = new RemoteBlocks();
        blocks.Apply(new RangeMessage(Drop: false, 0, 100));
        blocks.Apply(new BitfieldMessage(5, new byte[] { 0xff, 0xff, 0xff, 0xff }));
        Assert.Equal((5UL, 0, 1L), (blocks.ContiguousLength, blocks.PageCount, blocks.Ignored));
    }

    [Fact]
    public void CanProveMore_needs_the_peer_to_know_our_length()
    {
        var peer = new RemoteCore();
        Assert.False(peer.CanProveMore(10, 0));
        peer.Apply(new SyncMessage(Serving, 2, 30, 10), ourFork: 2);
        Assert.True(peer.CanProveMore(10, 2));
        Assert.False(peer.CanProveMore(11, 2));
        Assert.False(peer.CanProveMore(10, 3));
        peer.Apply(new SyncMessage(SyncFlags.CanUpgrade, 2, 30, 10), ourFork: 2);
        Assert.False(peer.CanProveMore(10, 2));
        peer.Apply(new SyncMessage(Serving, 2, 10, 10), ourFork: 2);
        Assert.False(peer.CanProveMore(10, 2));
        peer.Apply(new SyncMessage(Serving, 2, 30, 10), ourFork: 1);
        Assert.Equal(0UL, peer.LengthAcked);
    }

    [Fact]
    public void CreateSync_acknowledges_the_length_of_the_same_fork_only()
    {
        var peer = new RemoteCore();
        peer.Apply(new SyncMessage(Serving, 2, 30, 10), ourFork: 2);
        Assert.Equal(new SyncMessage(Serving, 2, 40, 30), peer.CreateSync(40, 2, Serving));
        Assert.Equal(new SyncMessage(SyncFlags.Uploading, 3, 40, 0), peer.CreateSync(40, 3, Serving));
    }

    [Fact]
    public void Announce_tells_a_whole_core_once_and_then_what_is_new()
    {
        var peer = new RemoteCore();
        peer.Blocks.Apply(new RangeMessage(Drop: false, 0, 10));
        var change = new RangeMessage(Drop: false, 9, 1);
        Assert.Equal(new RangeMessage(Drop: false, 0, 10), peer.Announce(change, 10, 10));
        Assert.Null(peer.Announce(change, 10, 10));
        Assert.Equal(new RangeMessage(Drop: false, 0, 11), peer.Announce(change with { Start = 10 }, 11, 11));
    }

    [Fact]
    public void Announce_tells_of_old_blocks_only_whom_it_matters()
    {
        const ulong Length = 3 * RemoteCore.SegmentBlocks;
        var peer = new RemoteCore();
        var old = new RangeMessage(Drop: false, RemoteCore.SegmentBlocks + 5, 2);
        var newest = new RangeMessage(Drop: false, Length - 256, 1);
        Assert.Null(peer.Announce(old, Length, 0));
        Assert.Equal(newest, peer.Announce(newest, Length, 0));
        Assert.Null(peer.Announce(newest with { Start = Length - 257 }, Length, 0));
        Assert.Equal(old with { Drop = true }, peer.Announce(old with { Drop = true }, Length, 0));
        peer.Apply(new WantMessage(RemoteCore.SegmentBlocks, RemoteCore.SegmentBlocks));
        Assert.Equal(old, peer.Announce(old, Length, 0));
        peer.Blocks.Apply(old);
        Assert.Null(peer.Announce(old, Length, 0));
    }

    [Fact]
    public void Wants_beyond_the_limit_forget_those_before()
    {
        const ulong Length = 3 * RemoteCore.SegmentBlocks;
        var peer = new RemoteCore();
        var change = new RangeMessage(Drop: false, 5, 1);
        peer.Apply(new WantMessage(0, 1));
        Assert.Equal(change, peer.Announce(change, Length, 0));
        for (var i = 1UL; i <= RemoteCore.MaxWantedSegments; i++)
            peer.Apply(new WantMessage(i * RemoteCore.SegmentBlocks, 1));
        Assert.Null(peer.Announce(change, Length, 0));
    }

    private static BitfieldMessage ToMessage(JsonElement answer)
    {
        var bitfield = answer.GetProperty("bitfield");
        var words = new byte[4 * (int)bitfield.Number("words")];
        foreach (var word in bitfield.GetProperty("nonzero").EnumerateArray())
            BitConverter.TryWriteBytes(words.AsSpan(4 * word[0].GetInt32()), word[1].GetUInt32());
        return new BitfieldMessage(answer.Number("start"), words);
    }
}
