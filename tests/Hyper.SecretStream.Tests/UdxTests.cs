using TestKit;

namespace Hyper.SecretStream.Tests;

/// <summary>Back-pressure from the reader of messages down to the UDX window and up again to the writer.</summary>
public class UdxTests
{
    private const int WindowBytes = 4 * 1024 * 1024;
    private const int HighWaterBytes = 256 * 1024;

    [Fact]
    public void Paused_reader_closes_the_window_and_stops_the_writer_until_it_resumes()
    {
        const int MessageBytes = 50_000;
        const int Total = 300;
        var bench = new UdxBench();
        bench.Run(async () =>
        {
            var (atA, atB) = (new Recorder(), new Sink());
            bench.A.Start(atA);
            bench.B.Start(atB);
            await bench.B.Opened;
            bench.B.PauseReading();
            var written = 0;
            atA.AtDrain = Pump;
            Pump();
            await bench.World.Delay(TimeSpan.FromSeconds(20));

            // What the reader has not taken lies in its window and in the writer's queue; nothing else has grown.
            Assert.Equal(0, atB.Count);
            Assert.False(atA.IsClosed);
            var statistics = bench.UdxA.Statistics;
            Assert.True(statistics.RemoteWindow < 2 * MessageBytes, $"{statistics.RemoteWindow} bytes of window left.");
            var taken = (long)written * MessageBytes;
            Assert.InRange(taken, WindowBytes, WindowBytes + WindowBytes / 4 + HighWaterBytes + 3 * MessageBytes);
            Assert.InRange(
                statistics.BytesQueued,
                HighWaterBytes / 2,
                WindowBytes / 4 + HighWaterBytes + 3 * MessageBytes
            );
            var drains = atA.Drains;
            await bench.World.Delay(TimeSpan.FromMinutes(1));
            Assert.Equal(drains, atA.Drains);
            Assert.False(atA.IsClosed, "A closed window is no dead peer.");

            bench.B.ResumeReading();
            while (atB.Count < Total)
                await bench.World.Delay(TimeSpan.FromMilliseconds(50));
            Assert.True(atA.Drains > drains);
            Assert.Equal(Total, written);

            void Pump()
            {
                var goesOn = true;
                while (goesOn && written < Total)
                {
                    goesOn = bench.A.Write(new byte[MessageBytes]);
                    written++;
                }
            }
        });
    }

    [Fact]
    public void Peer_that_never_reads_costs_a_writer_that_never_waits_its_bound()
    {
        var bench = new UdxBench();
        bench.Run(
            async () =>
            {
                var atA = new Recorder();
                bench.A.Start(atA);
                bench.B.Start(new Sink());
                await bench.B.Opened;
                bench.B.PauseReading();
                var written = 0L;
                while (!atA.IsClosed && written < 100_000_000)
                {
                    bench.A.Write(new byte[50_000]);
                    written += 50_000;
                    if (written % 500_000 == 0)
                        await bench.World.Delay(TimeSpan.FromMilliseconds(10));
                }
                Assert.Equal(SecretStreamErrorCode.NoBuffers, (await atA.FailedAsync()).Code);
                Assert.InRange(written, 8_000_000, 8_000_000 + WindowBytes * 2);
            },
            new NoiseSecretStreamOptions { MaxQueuedBytes = 8_000_000 }
        );
    }

    [Fact]
    public void Messages_of_all_sizes_arrive_over_a_lossy_path_and_end_cleanly()
    {
        int[] lengths = [0, 1, 1152, 1200, 70_000, 3_000_000, 17];
        var conditions = new LinkConditions { Loss = 0.02, Delay = TimeSpan.FromMilliseconds(10) };
        var bench = new UdxBench(TestSeed.Next(), conditions);
        bench.Run(async () =>
        {
            var (atA, atB) = (new Recorder(), new Recorder());
            bench.A.Start(atA);
            bench.B.Start(atB);
            foreach (var length in lengths)
                bench.A.Write(Bench.Filled((byte)length, length));
            bench.A.End();
            await atB.Ended;
            Assert.Equal(lengths, atB.Messages.Select(m => m.Length));
            Assert.All(atB.Messages, m => Assert.DoesNotContain(m, value => value != (byte)m.Length));
            bench.B.Write([9]);
            bench.B.End();
            Assert.Null(await atA.Closed);
            Assert.Null(await atB.Closed);
            Assert.Equal([9], Assert.Single(atA.Messages));
        });
    }

    [Fact]
    public void Other_side_that_never_shakes_hands_costs_the_deadline()
    {
        var bench = new UdxBench();
        bench.Run(async () =>
        {
            // The packets are acknowledged below; nothing answers above.
            var atA = new Recorder();
            bench.A.Start(atA);
            Assert.Equal(SecretStreamErrorCode.TimedOut, (await atA.FailedAsync()).Code);
            Assert.False(bench.UdxA.IsOpen);
            Assert.InRange(bench.World.Elapsed.TotalSeconds, 19.9, 20.5);
        });
    }
}
