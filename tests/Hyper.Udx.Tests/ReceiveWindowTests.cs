using TestKit;

namespace Hyper.Udx.Tests;

public class ReceiveWindowTests
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(1 * MiB, 16 * MiB, 8 * MiB, 16 * MiB)]
    [InlineData(4 * MiB, 16 * MiB, 8 * MiB, 16 * MiB)]
    [InlineData(1 * MiB, 2 * MiB, 2 * MiB, 2 * MiB)]
    [InlineData(1 * MiB, 0, 1 * MiB, 1 * MiB)]
    public void Window_grows_with_the_rate_up_to_its_maximum(int first, int maximum, long least, long most)
    {
        var conditions = new LinkConditions
        {
            Delay = TimeSpan.FromMilliseconds(40),
            BytesPerSecond = 100_000_000,
            QueueBytes = 8 * MiB,
        };
        var pair = new Pair(
            1,
            conditions,
            new UdxOptions { ReceiveWindowBytes = first, MaxReceiveWindowBytes = maximum }
        );
        pair.Run(async () =>
        {
            pair.B.KeepsData = false;
            pair.B.Write([1]);
            await pair.A.WriteAllAsync(new byte[100 * MiB]);
            await pair.B.ReceiveAsync(100 * MiB);
            Assert.InRange(pair.B.Stream.Statistics.ReceiveWindow, least, most);
            Assert.Equal(0, pair.PeerB.Node.Buffers.ChunksInUse);
        });
    }

    [Fact]
    public void Window_of_a_reader_slower_than_the_path_does_not_grow()
    {
        var pair = new Pair(
            1,
            new LinkConditions { Delay = TimeSpan.FromMilliseconds(5) },
            new UdxOptions { ReceiveWindowBytes = MiB }
        );
        pair.Run(async () =>
        {
            pair.B.Write([1]);
            var isDone = false;
            _ = StutterAsync();
            await pair.A.WriteAllAsync(new byte[8 * MiB]);
            await pair.B.ReceiveAsync(8 * MiB);
            isDone = true;
            var whole = pair.B.Stream.Statistics;
            Assert.Equal(MiB, whole.ReceiveWindow + whole.BytesHeld);

            async Task StutterAsync()
            {
                while (!isDone)
                {
                    pair.B.Stream.PauseReading();
                    await pair.World.Delay(TimeSpan.FromMilliseconds(200));
                    pair.B.Stream.ResumeReading();
                    await pair.World.Delay(TimeSpan.FromMilliseconds(1));
                }
            }
        });
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Paused_readers_of_many_streams_stay_below_the_ceiling_of_the_node()
    {
        const long ceiling = 8 * MiB;
        const int bytes = 100_000;
        var streams = FuzzBudget.Rounds(usually: 200, atMost: 2_000);
        var options = new UdxOptions { MaxHeldBytes = ceiling };
        var pair = new Pair(7, new LinkConditions { Loss = 0.02, Delay = TimeSpan.FromMilliseconds(5) }, options);
        var highest = 0L;
        pair.Run(
            async () =>
            {
                var ends = new List<StreamEnd[]>();
                for (uint i = 0; i < streams; i++)
                    ends.Add(pair.Connect(100 + i, 100 + i));
                foreach (var end in ends)
                    end[1].Stream.PauseReading();
                foreach (var end in ends)
                    end[0].Write(StreamEnd.RandomBytes(1, bytes));
                for (var i = 0; i < 50; i++)
                {
                    await pair.World.Delay(TimeSpan.FromMilliseconds(100));
                    highest = Math.Max(highest, pair.PeerB.Node.HeldBytes);
                    Assert.InRange(pair.PeerB.Node.HeldBytes, 0, ceiling);
                }
                // A reader that runs gets its bytes although the others fill the node.
                pair.A.Write(StreamEnd.RandomBytes(2, bytes));
                await pair.B.ReceiveAsync(bytes);

                foreach (var end in ends)
                    end[1].Stream.ResumeReading();
                foreach (var end in ends)
                {
                    end[0].Stream.End();
                    end[1].Stream.End();
                    await end[1].Ended;
                    Assert.Equal(StreamEnd.RandomBytes(1, bytes), end[1].Data.ToArray());
                }
                pair.A.Stream.Destroy();
                pair.B.Stream.Destroy();
                await pair.AssertNothingLeftAsync();
                Assert.Equal(0, pair.PeerB.Node.HeldBytes);
            },
            TimeSpan.FromHours(1)
        );
        Assert.True(highest > ceiling / 4, $"Only {highest} bytes were ever held.");
    }

    [Fact]
    public void Window_that_shrank_with_the_memory_of_the_node_is_told_when_it_reopens()
    {
        var pair = new RawPair(options: new UdxOptions { MaxHeldBytes = MiB });
        pair.Run(async () =>
        {
            pair.End.Stream.PauseReading();
            for (uint i = 0; i < 300; i++)
                pair.Send(Internal.PacketFlags.Data, i, 0, new byte[1000]);
            await pair.RoundTripAsync();
            Assert.Equal(0u, pair.Raw.Headers.Last().Window);
            pair.Raw.Received.Clear();
            pair.End.Stream.ResumeReading();
            await pair.RoundTripAsync();
            Assert.InRange(Assert.Single(pair.Raw.Headers).Window, 64u * 1024, 256u * 1024);
        });
    }
}
