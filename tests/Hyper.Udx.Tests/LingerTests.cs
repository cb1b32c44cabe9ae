using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class LingerTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void Lingering_streams_are_bounded_and_the_oldest_goes_first(int most)
    {
        var pair = new Pair(1, options: new UdxOptions { MaxLingeringStreams = most });
        pair.Run(async () =>
        {
            for (uint i = 0; i < 100; i++)
            {
                var ends = pair.Connect(100 + i, 100 + i);
                ends[0].Stream.End();
                ends[1].Stream.End();
                Assert.Null(await ends[0].Closed);
                Assert.Null(await ends[1].Closed);
                // The pair's own streams are open.
                Assert.InRange(pair.PeerA.Node.StreamCount, 1, most + 1);
                if (i < most)
                    continue;
                Assert.Equal(most == 0 ? null : ends[0].Stream, pair.PeerA.Node.FindStream(100 + i));
                Assert.Null(pair.PeerA.Node.FindStream(100 + i - (uint)most));
            }
            pair.A.Stream.Destroy();
            pair.B.Stream.Destroy();
            await pair.AssertNothingLeftAsync();
        });
        Assert.Equal(0, pair.World.ArmedTimers);
    }

    [Fact]
    public void Socket_of_a_lingering_stream_can_be_disposed()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.A.Stream.Destroy();
            await pair.A.Closed;
            Assert.Equal(1, pair.PeerA.Node.StreamCount);
            pair.PeerA.Socket.Dispose();
            Assert.Equal(0, pair.PeerA.Node.StreamCount);
            pair.PeerB.Node.Dispose();
            await pair.B.Closed;
        });
        Assert.Equal(0, pair.World.ArmedTimers);
    }

    [Fact]
    public void Socket_that_the_system_has_lost_ends_its_streams_in_time_outs()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            var writing = pair.A.WriteAllAsync(new byte[5_000_000]);
            await pair.B.ReceiveAsync(100_000);
            var change = pair.A.Stream.ChangeRemoteAsync(
                pair.PeerA.Socket,
                Pair.IdB,
                pair.PeerB.Address.WithPort(4005)
            );
            pair.HostA.Crash();
            await pair.A.Closed;
            await writing;
            Assert.Equal(UdxException.TimedOut, pair.A.CloseCode);
            Assert.False(await change);
            Assert.False(pair.A.Stream.TrySendMessage([1]));
            pair.B.Stream.Destroy();
            await pair.AssertNothingLeftAsync();
        });
        Assert.Equal(0, pair.World.ArmedTimers);
    }
}
