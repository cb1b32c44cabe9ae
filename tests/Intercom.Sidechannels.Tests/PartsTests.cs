using Hyper.Loop;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Tests.Lab;
using TestKit;

namespace Intercom.Sidechannels.Tests;

public class PartsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Parts.MinItems - 1)]
    [InlineData(2 * Parts.MinItems)]
    [InlineData(101)]
    public async Task ForEachAsync_does_each_item_once_and_comes_back_to_the_loop(int count)
    {
        using var loop = new NetworkLoop();
        var done = new int[count];
        var isBack = await loop.InvokeAsync(async () =>
        {
            await Parts.ForEachAsync(loop, [.. Enumerable.Range(0, count)], i => Interlocked.Increment(ref done[i]));
            return loop.IsCurrent;
        });
        Assert.True(isBack);
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task ForEachAsync_fails_as_its_work_fails()
    {
        using var loop = new NetworkLoop();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            loop.InvokeAsync(() =>
                Parts.ForEachAsync<int>(
                    loop,
                    [.. Enumerable.Range(0, 64)],
                    i => throw new InvalidOperationException("fault")
                )
            )
        );
        Assert.Equal("fault", error.Message);
    }

    [Fact]
    public void ForEachAsync_throws_on_the_loop_when_no_part_is_at_work_any_more()
    {
        const int Items = 64;
        var world = new SimulatedWorld(seed: 1);
        var host = world.CreateHost("10.0.0.1");
        var second = TimeSpan.FromSeconds(1);
        var loop = new SlowPoolLoop(host, second) { Growth = second };
        var done = 0;
        world.Run(() =>
            loop.InvokeAsync(async () =>
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() =>
                    Parts.ForEachAsync(loop, [.. Enumerable.Range(0, Items)], Work)
                );
                Assert.True(loop.IsCurrent);
                // All but those of the first part, which its first item ended.
                Assert.Equal(Items - Items / PartsOf(Items), done);
            })
        );

        void Work(int item)
        {
            if (item == 0)
                throw new InvalidOperationException("fault");
            done++;
        }
    }

    private static int PartsOf(int items) =>
        Math.Clamp(items / Parts.MinItems, 1, Math.Min(Environment.ProcessorCount, 8));
}
