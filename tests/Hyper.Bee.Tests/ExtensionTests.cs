using Hyper.Bee.Internal;
using Hyper.Core;

namespace Hyper.Bee.Tests;

/// <summary>What bees tell each other while one reads the other's blocks.</summary>
public sealed class ExtensionTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Range_that_waits_gets_the_blocks_behind_its_first_entry_too(bool reads, bool answers) =>
        Run(
            1000,
            async pair =>
            {
                await using var there = new Hyperbee(pair.Core, new HyperbeeOptions { HasExtension = answers });
                await using var here = new Hyperbee(pair.Copy, new HyperbeeOptions { HasExtension = reads });
                await foreach (var entry in here.GetRangeAsync(new BeeRange { Reverse = true }))
                {
                    Assert.Equal("0999", Vectors.Text(entry.Key));
                    break;
                }
                await pair.SettleAsync();
                var stored = pair.Copy.GetInfo().StoredBlocks;
                if (reads && answers)
                    Assert.Equal(1000UL, stored);
                else
                    Assert.InRange(stored, 1UL, 50UL);
            }
        );

    [Fact]
    public void Get_tells_once_what_it_looks_for_with_the_prefix_of_its_sub_database() =>
        Run(
            1000,
            async pair =>
            {
                var (_, heard) = BeePair.Listen(pair.Core);
                await using var bee = new Hyperbee(pair.Copy);
                Assert.NotNull(await bee.GetAsync(BeePair.Key(321)));
                Assert.Null(await bee.Sub("5").GetAsync(Vectors.Bytes("x")));
                Assert.Equal(
                    [(1001UL, "0321"), (1001UL, "5\0x")],
                    heard.Select(m => (m.Get!.Version, Vectors.Text(m.Get.Key)!))
                );
                await bee.GetAsync(BeePair.Key(321));
                Assert.Equal(2, bee.Extension!.Sent);
            }
        );

    [Fact]
    public void Range_tells_where_it_stands_and_how_much_it_wants() =>
        Run(
            3000,
            async pair =>
            {
                var (_, heard) = BeePair.Listen(pair.Core);
                await using var bee = new Hyperbee(pair.Copy);
                var range = new BeeRange
                {
                    Gt = BeePair.Key(10),
                    Lte = BeePair.Key(2900),
                    Limit = 2800,
                };
                var read = await CountAsync(bee.GetRangeAsync(range));
                Assert.Equal(2800, read);
                Assert.Equal(2, heard.Count);
                var (first, second) = (heard[0].Iterator!, heard[1].Iterator!);
                Assert.Equal((3001UL, 2800UL, false), (first.Version, first.Limit, first.Reverse));
                Assert.Equal("0010", Vectors.Text(first.Bounds.Lower));
                Assert.Equal("2900", Vectors.Text(first.Bounds.Upper));
                Assert.Equal((false, true), (first.Bounds.HasLower, first.Bounds.HasUpper));
                Assert.Empty(first.Checkpoint);
                Assert.InRange(second.Limit, 1UL, 2799UL);
                Assert.NotEmpty(second.Checkpoint);
            }
        );

    [Fact]
    public void Read_that_does_not_wait_tells_nothing() =>
        Run(
            100,
            async pair =>
            {
                pair.Copy.Reads = GetOptions.Local;
                await using var bee = new Hyperbee(pair.Copy);
                await Assert.ThrowsAsync<HyperbeeException>(() => bee.GetAsync(BeePair.Key(3)).AsTask());
                Assert.Equal(0, bee.Extension!.Sent);
            }
        );

    [Fact]
    public void Blocks_that_nobody_asked_for_are_not_downloaded() =>
        Run(
            3000,
            async pair =>
            {
                var (peer, _) = BeePair.Listen(pair.Core);
                await using var bee = new Hyperbee(pair.Copy);
                Tell(peer, [.. Enumerable.Range(1, 500).Select(i => (ulong)i)]);
                await pair.SettleAsync();
                Assert.Equal((1, 0UL), (bee.Extension!.Ignored, pair.Copy.GetInfo().StoredBlocks));

                // An answer to a get: as much as one needs, and nothing that is not there.
                await bee.GetAsync(BeePair.Key(0));
                var before = pair.Copy.GetInfo().StoredBlocks;
                Tell(peer, [5000, 1UL << 52]);
                Tell(peer, [.. Enumerable.Range(1000, 500).Select(i => (ulong)i)]);
                await pair.SettleAsync();
                Assert.InRange(pair.Copy.GetInfo().StoredBlocks - before, 1UL, 128UL);
            }
        );

    [Fact]
    public void Get_is_answered_with_the_blocks_of_its_path() =>
        Run(
            1000,
            async pair =>
            {
                await using var bee = new Hyperbee(pair.Core);
                var (peer, heard) = BeePair.Listen(pair.Copy);
                peer.Broadcast(ExtensionCodec.EncodeFrame(new(Get: new GetMessage(1001, BeePair.Key(321)))));
                await pair.SettleAsync();
                var cache = Assert.Single(heard).Cache!;
                Assert.Equal(1000UL, cache.Blocks[0]);
                Assert.Contains(322UL, cache.Blocks);
                Assert.Equal((cache.Blocks.Min(), cache.Blocks.Max() + 1), (cache.Start, cache.End));

                // With these, and no others, the key is found.
                using (var download = pair.Copy.Download(new DownloadRange { Blocks = cache.Blocks }))
                    await download.Completion;
                pair.Copy.Reads = GetOptions.Local;
                await using var here = new Hyperbee(pair.Copy);
                Assert.NotNull(await here.GetAsync(BeePair.Key(321)));
                Assert.Equal((ulong)cache.Blocks.Length, pair.Copy.GetInfo().StoredBlocks);
            }
        );

    [Fact]
    public void Range_is_answered_from_where_it_stands() =>
        Run(
            1000,
            async pair =>
            {
                await using var bee = new Hyperbee(pair.Core);
                var (peer, heard) = BeePair.Listen(pair.Copy);
                var source = new NamedBlocks(new BlockReader(pair.Core, new BlockCache(1 << 20), null), _ => { });
                var walk = new TreeWalk(source, default, reverse: false);
                await walk.OpenAsync(await source.GetRootAsync(1001, default), default);
                for (var i = 0; i < 500; i++)
                    await walk.NextAsync(default);
                var checkpoint = walk.GetCheckpoint();
                var iterator = new IteratorMessage(1001, new KeyBounds(null, true, null, true), 20, false, checkpoint);
                peer.Broadcast(ExtensionCodec.EncodeFrame(new(Iterator: iterator)));
                await pair.SettleAsync();
                var named = Assert.Single(heard).Cache!.Blocks;
                // Entry i is in block i + 1; what the walk stood on is known to the one who asked.
                var wanted = Enumerable
                    .Range(501, 20)
                    .Select(i => (ulong)i)
                    .Except(checkpoint.Select(place => place.Seq));
                Assert.Empty(wanted.Except(named));
                Assert.Empty(named.Intersect(checkpoint.Select(place => place.Seq)));
                Assert.InRange(named.Length, 10, 40);
            }
        );

    [Fact]
    public void Answers_are_bounded_in_blocks_and_in_number() =>
        Run(
            5000,
            async pair =>
            {
                await using var bee = new Hyperbee(pair.Core);
                var (peer, heard) = BeePair.Listen(pair.Copy);
                var all = ExtensionCodec.EncodeFrame(
                    new(Iterator: new IteratorMessage(5001, new KeyBounds(null, true, null, true), 0, false, []))
                );
                peer.Broadcast(all);
                await pair.SettleAsync();
                Assert.Equal(BeeExtension.MaxAnsweredBlocks, heard.Sum(message => message.Cache!.Blocks.Length));
                Assert.All(heard, message => Assert.InRange(message.Cache!.Blocks.Length, 1, 128));

                heard.Clear();
                for (var i = 0; i < 500; i++)
                    peer.Broadcast(all);
                await pair.SettleAsync();
                Assert.InRange(heard.Count, 17, 17 * 100);
                Assert.InRange(bee.Extension!.Ignored, 400, 500);
            }
        );

    [Fact]
    public void Nonsense_is_counted_and_answered_with_nothing() =>
        Run(
            100,
            async pair =>
            {
                await using var bee = new Hyperbee(pair.Core);
                var (peer, heard) = BeePair.Listen(pair.Copy);
                var bounds = new KeyBounds(null, true, null, true);
                foreach (
                    var message in (ExtensionMessage[])
                        [
                            new(Get: new GetMessage(0, BeePair.Key(1))),
                            new(Get: new GetMessage(102, BeePair.Key(1))),
                            new(Iterator: new IteratorMessage(1UL << 50, bounds, 0, false, [])),
                            new(Iterator: new IteratorMessage(50, bounds, 0, false, [new TreePlace(99, 77, 0)])),
                            new(Iterator: new IteratorMessage(50, bounds, 0, true, [new TreePlace(1UL << 52, 0, 0)])),
                            new(new CacheMessage(1, 2, [1])),
                        ]
                )
                    peer.Broadcast(ExtensionCodec.EncodeFrame(message));
                // No message, one cut short, one without a length in front, and none at all.
                peer.Broadcast(new byte[] { 3, 1, 2, 3 });
                var frame = ExtensionCodec.EncodeFrame(new(Get: new GetMessage(50, BeePair.Key(1))));
                peer.Broadcast(frame.AsMemory(0, frame.Length - 1));
                peer.Broadcast(frame.AsMemory(1));
                peer.Broadcast(default);
                await pair.SettleAsync();
                Assert.Equal(10, bee.Extension!.Ignored);
                Assert.Empty(heard);
            }
        );

    [Fact]
    public void Of_two_bees_on_a_core_one_answers_and_both_may_ask() =>
        Run(
            500,
            async pair =>
            {
                var there = new Hyperbee(pair.Core.OpenSession());
                await using var alsoThere = new Hyperbee(pair.Core.OpenSession());
                var (peer, heard) = BeePair.Listen(pair.Copy);
                var get = ExtensionCodec.EncodeFrame(new(Get: new GetMessage(501, BeePair.Key(3))));
                peer.Broadcast(get);
                await pair.SettleAsync();
                Assert.Single(heard);
                await there.DisposeAsync();
                peer.Broadcast(get);
                await pair.SettleAsync();
                Assert.Equal(2, heard.Count);

                await using var here = new Hyperbee(pair.Copy.OpenSession());
                await using var alsoHere = new Hyperbee(pair.Copy.OpenSession());
                await alsoHere.PeekAsync(new BeeRange { Gte = BeePair.Key(300) });
                await here.GetAsync(BeePair.Key(100));
                Assert.Equal((1, 1), (here.Extension!.Sent, alsoHere.Extension!.Sent));
            }
        );

    private static void Tell(CoreExtension peer, List<ulong> blocks) =>
        peer.Broadcast(ExtensionCodec.EncodeFrame(new ExtensionMessage(CacheMessage.Of(blocks))));

    private static async Task<int> CountAsync(IAsyncEnumerable<BeeEntry> entries)
    {
        var count = 0;
        await foreach (var _ in entries)
            count++;
        return count;
    }

    private static void Run(int entries, Func<BeePair, Task> body) =>
        InWorld.Run(async loop =>
        {
            await using var pair = await BeePair.OpenAsync(loop, entries);
            await body(pair);
        });
}
