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

    [Fact]
    public void Header_that_does_not_come_fails_the_stream_of_a_supplied_handshake()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var (stream, raw) = bench.Bare(true, 5, _keepAlive);
            Assert.True(await stream.Opened);
            // The transport is alive, and keeps it so.
            raw.Send([56, 0]);
            var error = await bench.AtA.FailedAsync();
            Assert.Equal(SecretStreamErrorCode.TimedOut, error.Code);
            Assert.Contains("header", error.Message, StringComparison.Ordinal);
            Assert.Equal(20, bench.World.Elapsed.TotalSeconds, 1);
        });
        Assert.Equal(0, bench.World.ArmedTimers);
    }

    [Fact]
    public void Header_that_does_not_come_after_an_own_handshake_fails_the_stream_too()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var a = new NoiseSecretStream(bench.PipeA, true, bench.KeysA);
            a.Start(bench.AtA);
            await HandshakeOnly.RespondAsync(bench.World, bench.PipeB, bench.KeysB);
            Assert.True(await a.Opened);
            var opened = bench.World.Elapsed;
            Assert.Equal(SecretStreamErrorCode.TimedOut, (await bench.AtA.FailedAsync()).Code);
            Assert.Equal(20, (bench.World.Elapsed - opened).TotalSeconds, 1);
        });
    }

    [Fact]
    public void Header_that_waits_to_be_read_is_not_missed()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            // Nobody reads here for minutes: first because nobody has started the stream, then because it is paused.
            var stream = new NoiseSecretStream(bench.PipeA, bench.Session(true, 5));
            stream.Open();
            var other = new NoiseSecretStream(bench.PipeB, bench.Session(false, 5));
            other.Start(bench.AtB);
            other.Write([7]);
            await bench.World.Delay(TimeSpan.FromMinutes(1));
            stream.PauseReading();
            stream.Start(bench.AtA);
            await bench.World.Delay(TimeSpan.FromMinutes(1));
            stream.ResumeReading();
            await bench.AtA.Count(1);
            await bench.World.Delay(TimeSpan.FromMinutes(1));
            Assert.False(bench.AtA.IsClosed);
            Assert.False(bench.AtB.IsClosed);
        });
    }

    [Fact]
    public void Header_may_be_waited_for_without_end_where_that_is_asked_for()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            bench.Bare(true, 5, new NoiseSecretStreamOptions { HandshakeTimeout = TimeSpan.Zero });
            await bench.World.Delay(TimeSpan.FromMinutes(9));
            Assert.False(bench.AtA.IsClosed);
        });
    }
}
