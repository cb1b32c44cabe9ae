using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>BBR where it differs from a steady transfer: its search for a shorter round trip, and after a pause.</summary>
public class BbrTests
{
    private const int BytesPerSecond = 10_000_000;
    private const long Second = MicrosecondClock.Second;
    private const long Rtt = 20 * MicrosecondClock.Millisecond;

    private static readonly LinkConditions _link = new()
    {
        Delay = TimeSpan.FromMilliseconds(2),
        BytesPerSecond = BytesPerSecond,
        QueueBytes = 1 << 20,
    };

    [Fact]
    public void Search_for_a_shorter_round_trip_does_not_lower_the_bandwidth()
    {
        var pair = new Pair(3, _link);
        pair.Run(async () =>
        {
            pair.B.KeepsData = false;
            _ = pair.A.WriteAllAsync(new byte[2 * 12 * BytesPerSecond]);
            var lowest = long.MaxValue;
            var leastWindow = long.MaxValue;
            await pair.World.Delay(TimeSpan.FromSeconds(2));
            for (var i = 0; i < 1000; i++)
            {
                await pair.World.Delay(TimeSpan.FromMilliseconds(10));
                lowest = Math.Min(lowest, pair.A.Stream.Statistics.Bandwidth);
                leastWindow = Math.Min(leastWindow, pair.A.Stream.Statistics.CongestionWindow);
            }
            Assert.True(leastWindow < 30_000, $"No search: the window never fell below {leastWindow}.");
            Assert.True(lowest > 0.9 * BytesPerSecond, $"The bandwidth fell to {lowest:N0}.");
        });
    }

    [Fact]
    public void First_round_trip_after_a_pause_takes_the_place_of_a_search()
    {
        var pair = new Pair(3, _link);
        pair.Run(async () =>
        {
            pair.B.KeepsData = false;
            await pair.A.WriteAllAsync(new byte[BytesPerSecond]);
            await pair.B.ReceiveAsync(BytesPerSecond);
            pair.World.Conditions = _link with { Delay = TimeSpan.FromMilliseconds(3) };
            await pair.World.Delay(TimeSpan.FromSeconds(15));
            var window = pair.A.Stream.Statistics.CongestionWindow;
            _ = pair.A.WriteAllAsync(new byte[BytesPerSecond]);
            for (var i = 0; i < 200; i++)
            {
                await pair.World.Delay(TimeSpan.FromMilliseconds(1));
                Assert.True(pair.A.Stream.Statistics.CongestionWindow >= window, $"After {i} ms the window shrank.");
            }
        });
    }

    [Fact]
    public void Search_whose_time_passes_during_a_pause_is_over_when_sending_begins_again()
    {
        var bbr = new Bbr(new SeededRandomSource(1), new RttProbes());
        var sample = new AckSample { Acknowledged = 10_000, Rtt = Rtt };
        for (var now = 0L; now < 10 * Second; now += Rtt)
            Acknowledge(bbr, sample with { Now = now, Rtt = now == 0 ? Rtt : Rtt + 1 });
        Assert.False(bbr.IsProbingRtt);
        Acknowledge(bbr, sample with { Now = 10 * Second + Rtt, Rtt = 2 * Rtt });
        Acknowledge(bbr, sample with { Now = 10 * Second + 2 * Rtt });
        Assert.True(bbr.IsProbingRtt);
        bbr.OnIdleRestart(wasApplicationLimited: true, 11 * Second);
        Assert.False(bbr.IsProbingRtt);
    }

    [Fact]
    public void Filter_looks_after_ten_seconds_and_believes_the_old_minimum_until_it_is_done()
    {
        var filter = new MinRttFilter(new RttProbes());
        Assert.False(filter.Update(Rtt, 0, isPipeFull: true));
        for (var now = Second / 10; now < 10 * Second; now += Second / 10)
            Assert.False(filter.Update(Rtt + 1, now, isPipeFull: true));
        Assert.True(filter.Update(3 * Rtt, 10 * Second + 1, isPipeFull: true));
        Assert.Equal(Rtt, filter.Value);
        Assert.False(filter.IsDeepProbe);
        filter.Probe(3 * Rtt, 10 * Second + 2, isDrained: false);
        filter.Probe(2 * Rtt, 10 * Second + 3, isDrained: true);
        Assert.Equal(Rtt, filter.Value);
        Assert.False(filter.TryEndProbe(10 * Second + 200_000));
        Assert.True(filter.TryEndProbe(10 * Second + 200_004));
        Assert.Equal(2 * Rtt, filter.Value);
    }

    [Fact]
    public void Filter_that_never_sees_an_empty_queue_looks_early_once_and_only_lower()
    {
        var filter = new MinRttFilter(new RttProbes());
        filter.Update(Rtt, 0, isPipeFull: true);
        Assert.False(filter.Update(2 * Rtt, Second / 2, isPipeFull: false));
        Assert.False(filter.Update(2 * Rtt, Second / 2, isPipeFull: true));
        Assert.True(filter.Update(2 * Rtt, Second / 2 + 1, isPipeFull: true));
        Assert.True(filter.IsDeepProbe);
        filter.Probe(2 * Rtt, Second, isDrained: true);
        Assert.True(filter.TryEndProbe(2 * Second));
        Assert.Equal(Rtt, filter.Value);
        Assert.False(filter.Update(2 * Rtt, 4 * Second, isPipeFull: true));
    }

    [Fact]
    public void Filters_of_a_node_look_together_and_no_more_often()
    {
        var probes = new RttProbes();
        var (first, second) = (new MinRttFilter(probes), new MinRttFilter(probes));
        first.Update(Rtt, 0, isPipeFull: true);
        second.Update(Rtt, 3 * Second, isPipeFull: false);
        Assert.True(first.Update(2 * Rtt, 11 * Second, isPipeFull: true));
        Assert.True(second.Update(2 * Rtt, 11 * Second + 50_000, isPipeFull: false));
        second.Probe(Rtt / 2, 11 * Second + 60_000, isDrained: true);
        Assert.True(second.TryEndProbe(12 * Second));
        Assert.Equal(Rtt / 2, second.Value);
        probes.Begin(13 * Second);
        Assert.False(second.Update(Rtt, 13 * Second, isPipeFull: true));
    }

    [Fact]
    public void Filter_below_its_floor_never_looks()
    {
        var filter = new MinRttFilter(new RttProbes());
        filter.Update(100, 0, isPipeFull: true);
        Assert.Equal(MicrosecondClock.Millisecond, filter.Value);
        Assert.False(filter.Update(400, 11 * Second, isPipeFull: true));
        Assert.False(filter.Update(300, 12 * Second, isPipeFull: true));
    }

    private static void Acknowledge(Bbr bbr, AckSample sample) =>
        bbr.OnAcknowledged(
            sample with
            {
                Delivered = sample.Now + 10_000,
                PriorDelivered = sample.Now,
                Rate = 500_000,
            }
        );
}
