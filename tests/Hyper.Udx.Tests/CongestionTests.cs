using TestKit;

namespace Hyper.Udx.Tests;

public class CongestionTests
{
    [Theory]
    [InlineData(1_000_000, 20, 0.0, 64 * 1024)]
    [InlineData(10_000_000, 5, 0.0, 256 * 1024)]
    [InlineData(10_000_000, 5, 0.02, 256 * 1024)]
    [InlineData(10_000_000, 5, 0.05, 256 * 1024)]
    [InlineData(10_000_000, 50, 0.0, 256 * 1024)]
    [InlineData(10_000_000, 50, 0.02, 256 * 1024)]
    [InlineData(100_000, 50, 0.01, 64 * 1024)]
    public void Write_bottleneck_is_used(long bytesPerSecond, int delay, double loss, int queue)
    {
        var conditions = new LinkConditions
        {
            Loss = loss,
            Delay = TimeSpan.FromMilliseconds(delay),
            BytesPerSecond = bytesPerSecond,
            QueueBytes = queue,
        };
        var pair = new Pair(7, conditions);
        var bytes = StreamEnd.RandomBytes(3, (int)Math.Min(bytesPerSecond * 6, 40_000_000));
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(bytes);
            await pair.B.ReceiveAsync(bytes.Length);
            var rate = bytes.Length / pair.World.Elapsed.TotalSeconds;
            Assert.True(rate > 0.7 * bytesPerSecond, $"{rate:N0} of {bytesPerSecond:N0} bytes a second.");
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }
}
