using Hyper.SecretStream.Internal;
using TestKit;

namespace Hyper.SecretStream.Tests;

public class ReplayWindowTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(ulong.MaxValue - 3000)]
    [InlineData(ulong.MaxValue / 2 - 3000)]
    public void Counter_is_fresh_once_in_any_order_and_across_the_wrap(ulong start)
    {
        var random = TestSeed.NewRandom();
        var window = new ReplayWindow();
        var seen = new HashSet<ulong>();
        var highest = 0;
        for (var step = 0; step < 20_000; step++)
        {
            var at = Math.Max(0, highest + random.Next(-3000, random.Next(10) == 0 ? 5000 : 40));
            var counter = unchecked(start + (ulong)at);
            highest = seen.Count == 0 ? at : Math.Max(highest, at);
            var isInWindow = at > highest - ReplayWindow.Counters;
            Assert.Equal(isInWindow && !seen.Contains(counter), window.IsFresh(counter));
            if (!isInWindow || !seen.Add(counter))
                continue;
            window.Add(counter);
            Assert.False(window.IsFresh(counter));
        }
    }

    [Fact]
    public void Counter_far_behind_is_not_fresh_and_far_ahead_is()
    {
        var window = new ReplayWindow();
        window.Add(10);
        Assert.True(window.IsFresh(9));
        Assert.True(window.IsFresh(ulong.MaxValue));
        window.Add(10 + ReplayWindow.Counters);
        Assert.False(window.IsFresh(10));
        Assert.True(window.IsFresh(11));
        Assert.False(window.IsFresh(10 + ReplayWindow.Counters + (1UL << 63)));
    }
}
