using System.Diagnostics;
using Hyper.Bee;
using Hyper.Core;

namespace SideBySide.Work;

/// <summary>
/// Cores and bees of one store on disk, with the durability that JavaScript has. The JavaScript half is
/// <c>js/cores.mjs</c>; both make the same blocks and keys.
/// </summary>
internal sealed class CoreWork
{
    private const int BlockBytes = 200;
    private const int Appends = 8000;
    private const int BatchedAppends = 60_000;
    private const int AppendBatch = 200;
    private const int Gets = 20_000;
    private const int Puts = 8000;
    private const int BatchedPuts = 10_000;
    private const int PutBatch = 100;
    private const int Keys = 10_000;
    private const int BeeGets = 50_000;
    private const int Scans = 10;

    private readonly OurWorld _world;
    private int _runs;

    private CoreWork(OurWorld world) => _world = world;

    public static IEnumerable<Scenario> All(OurWorld world)
    {
        var work = new CoreWork(world);
        yield return work.AppendIn("core append, one by one", Appends, 1);
        yield return work.AppendIn($"core append, batches of {AppendBatch}", BatchedAppends, AppendBatch);
        yield return work.Make(
            "core get, in order",
            "get",
            "bench.core-get",
            new { count = Gets, size = BlockBytes },
            work.GetAsync
        );
        yield return work.PutIn("bee put, one by one", Puts, 1);
        yield return work.PutIn($"bee put, batches of {PutBatch}", BatchedPuts, PutBatch);
        yield return work.Make(
            "bee get",
            "get",
            "bench.bee-get",
            new
            {
                count = BeeGets,
                keys = Keys,
                size = BlockBytes,
            },
            work.BeeGetAsync
        );
        yield return work.Make(
            "bee scan",
            "entry",
            "bench.bee-scan",
            new
            {
                scans = Scans,
                keys = Keys,
                size = BlockBytes,
            },
            work.ScanAsync
        );
    }

    private Scenario AppendIn(string name, int count, int batch) =>
        Make(
            name,
            "block",
            "bench.core-append",
            new
            {
                count,
                size = BlockBytes,
                batch,
            },
            () => AppendAsync(count, batch)
        );

    private Scenario PutIn(string name, int count, int batch) =>
        Make(
            name,
            "put",
            "bench.bee-put",
            new
            {
                count,
                size = BlockBytes,
                batch,
            },
            () => PutAsync(count, batch)
        );

    private Scenario Make(string name, string unit, string verb, object args, Func<Task<double[]>> ours) =>
        new(
            name,
            [new Metric("", "k/s", IsRate: true), Metric.AllocatedPer(unit)],
            node => node.MeasureAsync(verb, args),
            () => _world.Loop.InvokeAsync(ours)
        );

    private async Task<double[]> AppendAsync(int count, int batch)
    {
        await using var core = await NewCoreAsync();
        return await RateAsync(
            count,
            async meter =>
            {
                for (var i = 0; i < count; i += batch)
                {
                    var blocks = new ReadOnlyMemory<byte>[batch];
                    for (var j = 0; j < batch; j++)
                        blocks[j] = Block(i + j);
                    await core.AppendAsync(blocks);
                    meter(i);
                }
            }
        );
    }

    private async Task<double[]> GetAsync()
    {
        await using var core = await NewCoreAsync();
        await core.AppendAsync([.. Enumerable.Range(0, Gets).Select(i => (ReadOnlyMemory<byte>)Block(i))]);
        return await RateAsync(
            Gets,
            async meter =>
            {
                for (var i = 0; i < Gets; i++)
                {
                    if (await core.GetAsync((ulong)i) is null)
                        throw new InvalidOperationException($"Block {i} is missing.");
                    meter(i);
                }
            }
        );
    }

    private async Task<double[]> PutAsync(int count, int batch)
    {
        await using var bee = new Hyperbee(await NewCoreAsync());
        return await RateAsync(
            count,
            async meter =>
            {
                for (var i = 0; i < count; i += batch)
                {
                    if (batch == 1)
                        await bee.PutAsync(Key(i), Block(i));
                    else
                        await PutBatchAsync(bee, i, i + batch);
                    meter(i);
                }
            }
        );
    }

    private async Task<double[]> BeeGetAsync()
    {
        var bee = await FillAsync();
        return await RateAsync(
            BeeGets,
            async meter =>
            {
                for (var i = 0; i < BeeGets; i++)
                {
                    if (await bee.GetAsync(Key(i * 31 % Keys)) is null)
                        throw new InvalidOperationException($"Key {i * 31 % Keys} is missing.");
                    meter(i);
                }
            }
        );
    }

    private async Task<double[]> ScanAsync()
    {
        var bee = await FillAsync();
        return await RateAsync(
            Scans * Keys,
            async meter =>
            {
                var found = 0;
                for (var i = 0; i < Scans; i++)
                {
                    await foreach (var _ in bee.GetRangeAsync())
                        meter(found++);
                }
                if (found != Scans * Keys)
                    throw new InvalidOperationException($"{found} of {Scans} times {Keys} entries.");
            }
        );
    }

    /// <summary>The same bee for gets and scans of every round.</summary>
    private async Task<Hyperbee> FillAsync()
    {
        if (_world.FilledBee is { } filled)
            return filled;
        _world.FilledBee = filled = new Hyperbee(await NewCoreAsync());
        await PutBatchAsync(filled, 0, Keys);
        return filled;
    }

    private static async Task PutBatchAsync(Hyperbee bee, int start, int end)
    {
        await using var changes = bee.CreateBatch();
        for (var i = start; i < end; i++)
            await changes.PutAsync(Key(i), Block(i));
        await changes.FlushAsync();
    }

    private async Task<Hypercore> NewCoreAsync() => await (await _world.CoresAsync()).GetAsync($"run {_runs++}");

    private static byte[] Block(int i)
    {
        var block = new byte[BlockBytes];
        block.AsSpan().Fill((byte)i);
        return block;
    }

    private static byte[] Key(int i)
    {
        var key = new byte[6];
        ((long)i * 7919 % 1_000_000).TryFormat(key, out _, "D6");
        return key;
    }

    /// <summary>Thousands a second, and the bytes allocated for each.</summary>
    private static async Task<double[]> RateAsync(int count, Func<Action<int>, Task> work)
    {
        var done = 0;
        var allocations = new AllocationMeter(count, () => done);
        var startedAt = Stopwatch.GetTimestamp();
        await work(i =>
        {
            done = i;
            allocations.OnProgress(i);
        });
        var elapsed = Stopwatch.GetElapsedTime(startedAt);
        return [count / elapsed.TotalMilliseconds, allocations.PerUnit()];
    }
}
