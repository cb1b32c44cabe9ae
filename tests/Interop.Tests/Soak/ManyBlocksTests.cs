using System.Diagnostics;
using System.Globalization;
using Hyper.Core;
using Interop.Tests.Harness;
using Interop.Tests.Layers;
using Interop.Tests.Ours;
using TestKit;
using TestKit.Partners;

namespace Interop.Tests.Soak;

/// <summary>
/// A million small blocks, and four gibibytes in large ones, from a partner to a store of ours on disk and on to a partner at
/// night; a hundredth of it with each change. What this process holds beyond its start stays under 200 MB.
/// </summary>
[Collection(SoakTests.Name)]
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class ManyBlocksTests(NodePartners partners)
{
    private const long MaxGrowthBytes = 200_000_000;

    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(25);
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(250);

    [Fact]
    public Task Million_small_blocks_pass_through() =>
        PassThroughAsync(FuzzBudget.Rounds(usually: 10_000, atMost: 1_000_000), size: 100);

    [Fact]
    public Task Four_gibibytes_in_large_blocks_pass_through() =>
        PassThroughAsync(FuzzBudget.Rounds(usually: 41, atMost: 4096), size: 1024 * 1024);

    private async Task PassThroughAsync(int count, int size)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(PartnerSet.CoresPinned);
        await using var link = await CoreLink.OpenAsync(loop, partner, isOnDisk: true);
        await using var other = await CoreLink.OpenAsync(loop, partner);
        var theirs = await link.Theirs.GetAsync("log");
        await theirs.FillAsync(count, size, deadline: _deadline);
        await link.ConnectAsync(Role.WeDial);
        var ours = await link.OpenOursAsync(theirs);
        var start = ResourceSample.Take(0).ResidentBytes;

        var (seconds, peak) = await WatchAsync(() => loop.Loop.InvokeAsync(() => DownloadAsync(ours, count)));
        Tell($"{count} blocks of {size} bytes from them", count, size, seconds, peak - start);
        await CoreLink.ConnectAsync(loop, link.Ours, other.Theirs, Role.WeDial);
        var copy = await other.Theirs.OpenCoreAsync(theirs.Key);
        (seconds, var peakServing) = await WatchAsync(() => copy.DownloadAsync(end: (ulong)count, deadline: _deadline));
        Tell($"{count} blocks of {size} bytes to them", count, size, seconds, peakServing - start);

        var state = await copy.StateAsync();
        Assert.Equal(((ulong)count, (ulong)count), (state.Length, state.ContiguousLength));
        Assert.Equal((await theirs.HashAsync()).Hash, (await copy.HashAsync()).Hash);
        Assert.InRange(Math.Max(peak, peakServing) - start, long.MinValue, MaxGrowthBytes);
    }

    private static async Task DownloadAsync(Hypercore core, int count)
    {
        using var download = core.Download(new DownloadRange { End = (ulong)count });
        await download.Completion;
    }

    /// <summary>How long the work takes, and the most memory the process has meanwhile.</summary>
    private static async Task<(double Seconds, long Peak)> WatchAsync(Func<Task> work)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var running = work();
        using var process = Process.GetCurrentProcess();
        using var period = new PeriodicTimer(_period);
        var peak = 0L;
        while (!running.IsCompleted)
        {
            await period.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            process.Refresh();
            peak = Math.Max(peak, process.WorkingSet64);
            Assert.True(Stopwatch.GetElapsedTime(startedAt) < _deadline, $"The transfer did not end in {_deadline}.");
        }
        await running;
        return (Stopwatch.GetElapsedTime(startedAt).TotalSeconds, peak);
    }

    private static void Tell(string what, int count, int size, double seconds, long growth) =>
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"measured={what}: {count / seconds:F0} blocks/s, {count / 1e6 * size / seconds:F1} MB/s, {growth / 1e6:F0} MB more resident at most"
            )
        );
}
