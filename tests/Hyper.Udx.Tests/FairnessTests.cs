using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>Streams that share one socket, one loop and one bottleneck.</summary>
public class FairnessTests
{
    private const int Streams = 50;

    [Theory]
    [InlineData(10_000_000, 10, 256, 0.0, 3)]
    [InlineData(50_000_000, 20, 1024, 0.0, 3)]
    [InlineData(10_000_000, 40, 1024, 0.0, 3)]
    [InlineData(10_000_000, 40, 1024, 0.01, 3)]
    // A share of three packets a round trip.
    [InlineData(50_000_000, 2, 1024, 0.0, 3)]
    [InlineData(10_000_000, 10, 1024, 0.01, 3)]
    // Here the first packet of one stream is lost, so that its first round trip is the others' queue.
    [InlineData(10_000_000, 10, 1024, 0.01, 5)]
    public void Streams_that_send_together_get_fair_shares(
        int bytesPerSecond,
        int delay,
        int queueKiB,
        double loss,
        int seed
    )
    {
        var conditions = new LinkConditions
        {
            Loss = loss,
            Delay = TimeSpan.FromMilliseconds(delay),
            BytesPerSecond = bytesPerSecond,
            QueueBytes = queueKiB * 1024,
        };
        var pair = new Pair(seed, conditions);
        pair.Run(async () =>
        {
            var readers = new StreamEnd[Streams];
            for (var i = 0u; i < Streams; i++)
            {
                var ends = pair.Connect(100 + i, 1000 + i);
                readers[i] = ends[1];
                readers[i].KeepsData = false;
                _ = ends[0].WriteAllAsync(new byte[bytesPerSecond / 2]);
            }
            await pair.World.Delay(TimeSpan.FromSeconds(2));
            var before = readers.Select(reader => reader.Received).ToArray();
            await pair.World.Delay(TimeSpan.FromSeconds(8));
            var shares = readers.Select((reader, i) => (double)(reader.Received - before[i])).ToArray();
            var jain = Math.Pow(shares.Sum(), 2) / (Streams * shares.Sum(share => share * share));
            Assert.True(jain > 0.9, $"Jain's index is {jain:F3}, shares {shares.Min():N0} to {shares.Max():N0} bytes.");
            var rate = shares.Sum() / 8;
            Assert.True(rate > 0.7 * bytesPerSecond, $"Together {rate:N0} of {bytesPerSecond:N0} bytes a second.");
        });
    }

    [Fact]
    public void Echo_beside_a_bulk_transfer_is_not_starved()
    {
        var conditions = new LinkConditions
        {
            Delay = TimeSpan.FromMilliseconds(10),
            BytesPerSecond = 10_000_000,
            QueueBytes = 1 << 20,
        };
        var pair = new Pair(3, conditions);
        pair.Run(async () =>
        {
            var bulk = pair.Connect(100, 1000);
            bulk[1].KeepsData = false;
            pair.B.DataHook = data => pair.B.Write(data.Span);
            _ = bulk[0].WriteAllAsync(new byte[100_000_000]);
            await pair.World.Delay(TimeSpan.FromSeconds(1));
            var times = new List<TimeSpan>();
            for (var i = 1; i <= 100; i++)
            {
                var startedAt = pair.World.Elapsed;
                pair.A.Write(new byte[64]);
                await pair.A.ReceiveAsync(64 * i);
                times.Add(pair.World.Elapsed - startedAt);
            }
            times.Sort();
            // 20 ms are the path's; the bulk transfer's queue holds at most as much again, and now and then probes for more.
            Assert.InRange(times[50], TimeSpan.Zero, TimeSpan.FromMilliseconds(45));
            Assert.InRange(times[^1], TimeSpan.Zero, TimeSpan.FromMilliseconds(70));
            Assert.True(bulk[1].Received > 0.7 * conditions.BytesPerSecond * pair.World.Elapsed.TotalSeconds);
        });
    }
}
