using TestKit;

namespace Hyper.Loop.Tests;

public class TimerQueueTests
{
    [Fact]
    public void Arm_random_changes_fires_in_order_of_due_time()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        var world = new SimulatedWorld(Seed);
        var host = world.CreateHost("10.0.0.1");
        List<(TimeSpan Due, TimeSpan Fired)> fired = [];
        world.Run(async () =>
        {
            var due = new Dictionary<int, TimeSpan>();
            var timers = new LoopTimer[500];
            for (var i = 0; i < timers.Length; i++)
            {
                var index = i;
                timers[i] = host.Time.CreateTimer(_ => fired.Add((due[index], world.Elapsed)), null);
            }
            for (var step = 0; step < 5000; step++)
            {
                var i = random.Next(timers.Length);
                if (random.Next(4) == 0)
                {
                    timers[i].Disarm();
                    due.Remove(i);
                }
                else
                {
                    due[i] = TimeSpan.FromMilliseconds(random.Next(1000));
                    timers[i].Arm(due[i]);
                }
            }
            var expected = due.Count;
            await world.Delay(TimeSpan.FromSeconds(2));
            Assert.Equal(expected, fired.Count);
        });
        Assert.All(fired, f => Assert.Equal(f.Due, f.Fired));
        Assert.Equal(fired.OrderBy(f => f.Fired), fired);
    }

    [Fact]
    public void Period_fires_until_disposed()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        var count = 0;
        world.Run(async () =>
        {
            var second = TimeSpan.FromSeconds(1);
            using (host.Time.CreateTimer(_ => count++, null, second, second))
                await world.Delay(TimeSpan.FromSeconds(3.5));
            await world.Delay(TimeSpan.FromSeconds(5));
        });
        Assert.Equal(3, count);
    }
}
