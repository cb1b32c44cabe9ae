using Hyper.Bee.Internal;
using Hyper.Core;
using TestKit;

namespace Hyper.Bee.Tests;

/// <summary>Cores that hold no tree, though their blocks may decode: every read ends, in an answer or a named error.</summary>
public sealed class HostileTreeTests
{
    private static readonly TreeLevel Empty = new([], []);

    [Fact]
    public void Cycle_ends_in_an_error() =>
        Run(
            [Block("b", new TreeLevel([1], [1, 0, 1, 0]))],
            async bee =>
            {
                await CheckInvalidAsync(() => bee.GetAsync(Vectors.Bytes("a")).AsTask());
                await CheckInvalidAsync(() => ReadAllAsync(bee, BeeRange.All));
                await CheckInvalidAsync(() => ReadAllAsync(bee, new() { Reverse = true }));
                await CheckInvalidAsync(() => ReadAllAsync(bee, new() { Gt = Vectors.Bytes("a") }));
                await CheckInvalidAsync(() => bee.PutAsync(Vectors.Bytes("a"), null));
                await CheckInvalidAsync(() => bee.DeleteAsync(Vectors.Bytes("b")));
            }
        );

    [Fact]
    public void Keys_out_of_order_end_a_walk() =>
        Run(
            [Block("b"), Block("a", new TreeLevel([1, 2], []))],
            async bee =>
            {
                await CheckInvalidAsync(() => ReadAllAsync(bee, BeeRange.All));
                await CheckInvalidAsync(() => ReadAllAsync(bee, new() { Reverse = true }));
            }
        );

    [Fact]
    public void Subtree_that_is_named_many_times_ends_a_walk() =>
        Run(
            [Block("k", new TreeLevel([1], [])), Block("m", new TreeLevel([2], [1, 0, 1, 0]))],
            bee => CheckInvalidAsync(() => ReadAllAsync(bee, BeeRange.All))
        );

    [Fact]
    public void Differences_of_two_cycles_end() =>
        Run(
            [
                Block("b", new TreeLevel([1], [1, 0, 1, 0])),
                Block("c", new TreeLevel([1], [2, 0, 2, 0])),
                Block("k", new TreeLevel([3], [])),
                Block("m", new TreeLevel([4], [3, 0, 3, 0])),
                Block("n", new TreeLevel([4], [3, 0, 3, 0])),
                Block("o", new TreeLevel([4], [4, 0, 4, 0])),
                Block("p", new TreeLevel([4], [5, 0, 5, 0])),
            ],
            async bee =>
            {
                await using var left = await bee.CheckoutAsync(3);
                await CheckInvalidAsync(() => CompareAsync(left, 2));
                await CheckInvalidAsync(() => CompareAsync(bee, 7));
            }
        );

    [Fact]
    public void Pointer_to_no_level_is_refused() =>
        Run(
            [Block("b", new TreeLevel([1], [1, 9_000_000_000_000, 1, 1]), Empty)],
            bee => CheckInvalidAsync(() => bee.GetAsync(Vectors.Bytes("a")).AsTask())
        );

    [Fact]
    public void Children_that_do_not_fit_the_keys_are_refused() =>
        Run(
            [Block("b", new TreeLevel([1], [1, 1]), Empty)],
            bee => CheckInvalidAsync(() => bee.GetAsync(Vectors.Bytes("b1")).AsTask())
        );

    [Fact]
    public void Absurd_block_number_is_not_waited_for() =>
        Run(
            [Block("b", new TreeLevel([9_000_000_000_000], []))],
            async bee =>
            {
                var error = await Assert.ThrowsAsync<HyperbeeException>(() =>
                    bee.GetAsync(Vectors.Bytes("a")).AsTask()
                );
                Assert.Equal(HyperbeeErrorCode.BlockNotAvailable, error.Code);
            }
        );

    [Fact]
    public void Empty_leaf_and_uneven_siblings_are_refused_by_a_deletion() =>
        Run(
            [Block("b", new TreeLevel([1], [1, 1, 1, 2]), Empty, Empty)],
            async bee =>
            {
                await CheckInvalidAsync(() => bee.DeleteAsync(Vectors.Bytes("b")));
                await using var batch = bee.CreateBatch();
                await CheckInvalidAsync(() => batch.DeleteAsync(Vectors.Bytes("b")).AsTask());
                var error = await Assert.ThrowsAsync<HyperbeeException>(() => batch.FlushAsync());
                Assert.Equal(HyperbeeErrorCode.InvalidOperation, error.Code);
            }
        );

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Damaged_trees_answer_or_fail_with_a_code()
    {
        var random = TestSeed.NewRandom();
        var blocks = Vectors.Blocks();
        for (var i = FuzzBudget.Inputs(oneIn: 50); i > 0; i--)
        {
            var length = random.Next(2, 40);
            var start = random.Next(blocks.Count - length);
            var damage = new RandomBytes(random, blocks);
            var chosen = blocks.GetRange(start, length).ToArray();
            for (var edits = random.Next(4); edits > 0; edits--)
                chosen[random.Next(1, length)] = damage.Next();
            Run(
                chosen,
                async bee =>
                {
                    await TryAsync(() => bee.GetAsync(Vectors.Bytes("k005")).AsTask());
                    await TryAsync(() => ReadAllAsync(bee, BeeRange.All));
                    await TryAsync(() => ReadAllAsync(bee, new() { Reverse = true, Lt = Vectors.Bytes("k01") }));
                    await TryAsync(() => ReadHistoryAsync(bee));
                    await TryAsync(() => CompareAsync(bee, bee.Version / 2));
                    await TryAsync(() => bee.PutAsync(Vectors.Bytes("k006"), null));
                    await TryAsync(() => bee.DeleteAsync(Vectors.Bytes("k003")));
                }
            );
        }
    }

    private static async Task TryAsync(Func<Task> operation)
    {
        try
        {
            await operation();
        }
        catch (HyperbeeException error)
        {
            Assert.Contains(
                error.Code,
                new[]
                {
                    HyperbeeErrorCode.DecodingError,
                    HyperbeeErrorCode.InvalidTree,
                    HyperbeeErrorCode.BlockNotAvailable,
                }
            );
        }
    }

    private static async Task CheckInvalidAsync(Func<Task> operation)
    {
        var error = await Assert.ThrowsAsync<HyperbeeException>(operation);
        Assert.Equal(HyperbeeErrorCode.InvalidTree, error.Code);
    }

    private static async Task ReadAllAsync(Hyperbee bee, BeeRange range)
    {
        await foreach (var _ in bee.GetRangeAsync(range))
            continue;
    }

    private static async Task CompareAsync(Hyperbee bee, ulong version)
    {
        await foreach (var _ in bee.GetDifferencesAsync(version))
            continue;
    }

    private static async Task ReadHistoryAsync(Hyperbee bee)
    {
        await foreach (var _ in bee.GetHistoryAsync())
            continue;
    }

    private static byte[] Block(string key, params TreeLevel[] levels)
    {
        var block = new BeeBlock(0, Vectors.Bytes(key), null, default);
        var bytes = new byte[BlockCodec.GetSize(levels, block)];
        var writer = new ProtobufWriter(bytes);
        BlockCodec.Write(ref writer, levels, block);
        return bytes;
    }

    private static void Run(byte[][] blocks, Func<Hyperbee, Task> body) =>
        InWorld.Run(async core =>
        {
            await core.AppendAsync(HeaderCodec.Encode(new BeeHeader()));
            await core.AppendAsync([.. blocks.Select(block => (ReadOnlyMemory<byte>)block)]);
            await using var bee = new Hyperbee(core);
            await body(bee);
        });
}
