using Hyper.Loop;
using Intercom.Sidechannels.Internal;

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
}
