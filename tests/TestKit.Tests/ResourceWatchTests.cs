using TestKit;

namespace TestKitTests;

public class ResourceWatchTests
{
    private const int Rounds = 20;

    [Fact]
    public void AssertFlat_warm_up_then_level_passes() =>
        Watch(i => new ResourceSample(i * 500, i < 6 ? i * 1_000_000 : 6_000_000, 0, 40, 12)).AssertFlat();

    [Fact]
    public void AssertFlat_one_odd_sample_passes() =>
        Watch(i => new ResourceSample(i * 500, i == 19 ? 90_000_000 : 6_000_000, 0, 40 + i % 2, 12)).AssertFlat();

    [Theory]
    [InlineData(100, 0, 0, "managed bytes")]
    [InlineData(0, 1, 0, "handles")]
    [InlineData(0, 0, 1, "threads")]
    public void AssertFlat_steady_growth_names_it(int bytesEach, int handles, int threads, string expected)
    {
        var watch = Watch(i => new ResourceSample(
            i * 500,
            5_000_000 + i * 500L * bytesEach,
            0,
            40 + i * handles,
            12 + i * threads
        ));
        var error = Assert.ThrowsAny<Exception>(watch.AssertFlat);
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("9,500 done", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AssertFlat_too_few_samples_is_no_proof()
    {
        var watch = new ResourceWatch();
        for (var i = 0; i < ResourceWatch.LeastSamples - 1; i++)
            watch.Sample(1);
        Assert.ThrowsAny<Exception>(watch.AssertFlat);
    }

    [Fact]
    public void Sample_sees_objects_that_are_kept()
    {
        var before = ResourceSample.Take(0);
        var kept = new byte[64 << 20];
        var after = ResourceSample.Take(1);
        Assert.InRange(after.ManagedBytes - before.ManagedBytes, 48 << 20, 80 << 20);
        GC.KeepAlive(kept);
        Assert.True(after.Handles > 2 && after.Threads > 1 && after.ResidentBytes > 1 << 20, after.ToString());
    }

    private static ResourceWatch Watch(Func<int, ResourceSample> at)
    {
        var watch = new ResourceWatch();
        for (var i = 0; i < Rounds; i++)
            watch.Add(at(i));
        return watch;
    }
}
