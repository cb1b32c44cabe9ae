using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>A path that stands still for longer than the retransmission timeout, and then gives everything that it has held.</summary>
public class SpuriousTimeoutTests
{
    private const int Rate = 20_000_000;
    private const int Bytes = 3 * Rate;

    /// <summary>How long it stands still, and its one-way delay. With the longest, STARTUP is not over by then.</summary>
    [Theory]
    [InlineData(1200, 1)]
    [InlineData(1600, 5)]
    [InlineData(2500, 20)]
    [InlineData(5000, 20)]
    [InlineData(1300, 100)]
    [InlineData(2500, 100)]
    public void Timeout_for_nothing_costs_a_few_packets_and_a_quarter_of_a_second(int milliseconds, int delay)
    {
        var standstill = TimeSpan.FromMilliseconds(milliseconds);
        var conditions = new LinkConditions
        {
            Delay = TimeSpan.FromMilliseconds(delay),
            BytesPerSecond = Rate,
            QueueBytes = 1 << 20,
        };
        var undisturbed = Transfer(conditions, TimeSpan.Zero, out var before);
        var disturbed = Transfer(conditions, standstill, out var after);

        Assert.Equal(0, before.Sender.Timeouts);
        Assert.InRange(after.Sender.Timeouts, 1, 2);
        var needless = after.Receiver.DuplicatesReceived - before.Receiver.DuplicatesReceived;
        Assert.InRange(needless, 0, 10);
        Assert.InRange(disturbed - undisturbed, TimeSpan.Zero, standstill + TimeSpan.FromSeconds(0.25));
        Assert.InRange(after.Sender.Bandwidth, Rate * 0.9, Rate);
    }

    /// <returns>How long the transfer took.</returns>
    private static TimeSpan Transfer(
        LinkConditions conditions,
        TimeSpan standstill,
        out (UdxStreamStatistics Sender, UdxStreamStatistics Receiver) statistics
    )
    {
        var pair = new Pair(1, conditions);
        pair.Run(
            async () =>
            {
                pair.A.KeepsData = pair.B.KeepsData = false;
                var writing = pair.A.WriteAllAsync(new byte[Bytes]);
                await pair.World.Delay(TimeSpan.FromSeconds(1));
                pair.World.Conditions = conditions with { HeldUntil = pair.World.Elapsed + standstill };
                await pair.World.Delay(standstill);
                pair.World.Conditions = conditions;
                await writing;
                await pair.B.ReceiveAsync(Bytes);
            },
            TimeSpan.FromSeconds(60)
        );
        statistics = (pair.A.Stream.Statistics, pair.B.Stream.Statistics);
        return pair.World.Elapsed;
    }
}
