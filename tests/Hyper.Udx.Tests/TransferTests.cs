using TestKit;

namespace Hyper.Udx.Tests;

public class TransferTests
{
    private const int Megabyte = 1024 * 1024;

    public static TheoryData<string, double, double, double, int, int> Links =>
        new()
        {
            // name, loss, reorder, duplicate, one-way delay in ms, jitter in ms
            { "clean", 0, 0, 0, 1, 0 },
            { "no delay", 0, 0, 0, 0, 0 },
            { "loss 1 %", 0.01, 0, 0, 5, 0 },
            { "loss 5 %", 0.05, 0, 0, 5, 0 },
            { "loss 20 %", 0.20, 0, 0, 20, 0 },
            { "reorder", 0, 0.03, 0, 5, 0 },
            { "duplicate", 0, 0, 0.05, 5, 0 },
            { "jitter", 0, 0, 0, 20, 10 },
            { "long", 0.005, 0.001, 0, 100, 0 },
            { "everything", 0.02, 0.03, 0.02, 20, 4 },
        };

    [Theory]
    [MemberData(nameof(Links))]
    public void Write_both_directions_arrives_intact(
        string name,
        double loss,
        double reorder,
        double duplicate,
        int delay,
        int jitter
    )
    {
        var conditions = new LinkConditions
        {
            Loss = loss,
            Reorder = reorder,
            Duplicate = duplicate,
            Delay = TimeSpan.FromMilliseconds(delay),
            Jitter = TimeSpan.FromMilliseconds(jitter),
        };
        var pair = new Pair(name.Length * 31 + delay, conditions);
        var up = StreamEnd.RandomBytes(1, 3 * Megabyte);
        var down = StreamEnd.RandomBytes(2, 2 * Megabyte);
        pair.Run(async () =>
        {
            var writing = Task.WhenAll(
                pair.A.WriteAllAsync(up, 1, 100, 65_536, 5_000, 20_000),
                pair.B.WriteAllAsync(down, 1200, 64, 17_000)
            );
            await writing;
            pair.A.Stream.End();
            pair.B.Stream.End();
            Assert.Null(await pair.A.Closed);
            Assert.Null(await pair.B.Closed);
            await pair.AssertNothingLeftAsync();
        });
        Assert.Equal(up, pair.B.Data.ToArray());
        Assert.Equal(down, pair.A.Data.ToArray());
        Assert.True(pair.A.HasEnded && pair.B.HasEnded);
    }
}
