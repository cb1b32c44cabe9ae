namespace Hyper.SecretStream.Tests;

public class TimerTests
{
    private static readonly NoiseSecretStreamOptions _keepAlive = new() { KeepAlive = TimeSpan.FromSeconds(5) };

    [Fact]
    public void KeepAlive_writes_empty_messages_that_the_other_side_swallows()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                await bench.World.Delay(TimeSpan.FromSeconds(26));
                Assert.Equal(5, bench.A.MessagesSent);
                Assert.Equal(5, bench.A.MessagesReceived);
                Assert.Empty(bench.AtA.Messages);
            },
            _keepAlive
        );
    }

    [Fact]
    public void KeepAlive_reaches_a_side_without_it_as_empty_messages()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                await bench.World.Delay(TimeSpan.FromSeconds(11));
                Assert.Equal(2, bench.AtB.Messages.Count);
                Assert.All(bench.AtB.Messages, Assert.Empty);
                Assert.Equal(0, bench.B.MessagesSent);
            },
            _keepAlive,
            new NoiseSecretStreamOptions()
        );
    }

    [Fact]
    public void KeepAlive_waits_from_the_last_write()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await bench.World.Delay(TimeSpan.FromSeconds(4));
                    bench.A.Write([1]);
                }
                Assert.Equal(10, bench.A.MessagesSent);
                await bench.World.Delay(TimeSpan.FromSeconds(5.001));
                Assert.Equal(11, bench.A.MessagesSent);
            },
            _keepAlive
        );
    }

    [Fact]
    public void KeepAlive_goes_on_under_back_pressure_and_stops_with_the_own_end()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                bench.PipeB.Hold = true;
                bench.PipeA.HighWaterMark = 0;
                Assert.False(bench.A.Write([1]));
                await bench.World.Delay(TimeSpan.FromSeconds(11));
                Assert.Equal(3, bench.A.MessagesSent);
                bench.A.End();
                await bench.World.Delay(TimeSpan.FromSeconds(11));
                Assert.Equal(3, bench.A.MessagesSent);
                // Swallowing outlives the own end.
                Assert.Empty(bench.AtA.Messages);
            },
            _keepAlive
        );
    }

    [Fact]
    public void KeepAlive_can_be_set_later_and_taken_back()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            bench.A.Write([]);
            await bench.AtB.Count(1);
            bench.A.KeepAlive = TimeSpan.FromSeconds(1);
            bench.B.KeepAlive = TimeSpan.FromSeconds(1);
            await bench.World.Delay(TimeSpan.FromSeconds(3.5));
            bench.A.KeepAlive = TimeSpan.Zero;
            await bench.World.Delay(TimeSpan.FromSeconds(3.5));
            Assert.Equal(4, bench.A.MessagesSent);
            Assert.Single(bench.AtB.Messages);
        });
    }

    [Fact]
    public void SendKeepAlive_counts_on_both_sides()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                bench.A.SendKeepAlive();
                await bench.World.Delay(Bench.Step);
                Assert.Equal(1, bench.A.MessagesSent);
                Assert.Equal(1, bench.B.MessagesReceived);
            },
            _keepAlive
        );
    }

    [Fact]
    public void ReadTimeout_counts_from_the_last_byte()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                for (var i = 0; i < 5; i++)
                {
                    await bench.World.Delay(TimeSpan.FromSeconds(8));
                    bench.B.Write([1]);
                }
                var last = bench.World.Elapsed;
                Assert.Equal(SecretStreamErrorCode.TimedOut, (await bench.AtA.FailedAsync()).Code);
                Assert.Equal(10, (bench.World.Elapsed - last).TotalSeconds, 1);
            },
            new NoiseSecretStreamOptions { ReadTimeout = TimeSpan.FromSeconds(10) },
            new NoiseSecretStreamOptions()
        );
    }

    [Fact]
    public void ReadTimeout_can_be_set_later_and_taken_back()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            await bench.World.Delay(TimeSpan.FromMinutes(1));
            bench.A.ReadTimeout = TimeSpan.FromSeconds(10);
            await bench.World.Delay(TimeSpan.FromSeconds(9));
            bench.A.ReadTimeout = TimeSpan.Zero;
            await bench.World.Delay(TimeSpan.FromMinutes(1));
            Assert.False(bench.AtA.IsClosed);
            bench.A.ReadTimeout = TimeSpan.FromSeconds(5);
            var set = bench.World.Elapsed;
            Assert.Equal(SecretStreamErrorCode.TimedOut, (await bench.AtA.FailedAsync()).Code);
            Assert.Equal(5, (bench.World.Elapsed - set).TotalSeconds, 1);
        });
    }

    [Fact]
    public void ReadTimeout_does_not_count_while_reading_is_paused()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                bench.A.PauseReading();
                await bench.World.Delay(TimeSpan.FromSeconds(55));
                bench.A.ResumeReading();
                var resumed = bench.World.Elapsed;
                await bench.AtA.FailedAsync();
                Assert.InRange((bench.World.Elapsed - resumed).TotalSeconds, 9.9, 20.1);
            },
            new NoiseSecretStreamOptions { ReadTimeout = TimeSpan.FromSeconds(10) },
            new NoiseSecretStreamOptions()
        );
    }
}
