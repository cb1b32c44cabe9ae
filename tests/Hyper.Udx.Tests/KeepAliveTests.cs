using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class KeepAliveTests
{
    private const PacketFlags Question = PacketFlags.Heartbeat | PacketFlags.Data;
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Idle_stream_says_nothing_by_default_and_lives_on()
    {
        var pair = new Pair(1);
        pair.Run(
            async () =>
            {
                await pair.World.Delay(TimeSpan.FromHours(1));
                Assert.Equal(0, pair.A.Stream.Statistics.PacketsSent);
                Assert.True(pair.A.Stream.IsOpen);
            },
            TimeSpan.FromHours(2)
        );
    }

    [Fact]
    public void Idle_stream_asks_at_its_interval_with_a_number_that_the_other_side_has()
    {
        var pair = new RawPair(options: new UdxOptions { KeepAlive = 5 * _second });
        pair.Run(async () =>
        {
            for (var i = 1; i <= 3; i++)
            {
                await pair.World.Delay(5.1 * _second);
                Assert.Equal(i, pair.Raw.Received.Count);
                var asked = pair.Raw.Headers.Last();
                Assert.Equal((Question, uint.MaxValue), (asked.Flags, asked.Sequence));
                Assert.Equal(PacketHeader.Bytes, pair.Raw.Received[^1].Length);
                pair.Send(PacketFlags.State, 0, 0);
            }
            pair.End.Stream.KeepAlive = TimeSpan.Zero;
            await pair.World.Delay(60 * _second);
            Assert.Equal(3, pair.Raw.Received.Count);
            Assert.Equal(3, pair.End.Stream.Statistics.KeepAlives);
        });
    }

    [Fact]
    public void Silence_alone_does_not_close_a_stream_that_only_keeps_alive()
    {
        var pair = new RawPair(options: new UdxOptions { KeepAlive = _second });
        pair.Run(async () =>
        {
            await pair.World.Delay(100.5 * _second);
            Assert.True(pair.End.Stream.IsOpen, "An old peer does not answer, and is not gone.");
            Assert.Equal(100, pair.Raw.Received.Count);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Listening_stream_notices_a_peer_that_is_gone(int keepAliveSeconds)
    {
        var options = new UdxOptions { DeadPeerTimeout = 30 * _second, KeepAlive = keepAliveSeconds * _second };
        var pair = new RawPair(options: options);
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.Data, 0, 0, [1]);
            await pair.End.ReceiveAsync(1);
            await pair.End.Closed;
        });
        Assert.Equal(UdxException.TimedOut, pair.End.CloseCode);
        Assert.InRange(pair.World.Elapsed, 30 * _second, 30.1 * _second);
        Assert.InRange(pair.Raw.Headers.Count(h => h.Flags == Question), 2, 7);
    }

    [Fact]
    public void Idle_peers_of_ours_answer_each_other_for_ever()
    {
        var pair = new Pair(1, new LinkConditions { Loss = 0.1 });
        pair.Run(
            async () =>
            {
                pair.A.Stream.DeadPeerTimeout = 60 * _second;
                pair.A.Stream.KeepAlive = 5 * _second;
                pair.A.Write("x"u8);
                await pair.World.Delay(TimeSpan.FromHours(1));
                Assert.True(pair.A.Stream.IsOpen && pair.B.Stream.IsOpen);
                Assert.Equal(1, pair.B.Received);
                Assert.InRange(pair.A.Stream.Statistics.KeepAlives, 600, 800);
                pair.HostB.Crash();
                await pair.A.Closed;
                Assert.Equal(UdxException.TimedOut, pair.A.CloseCode);
                pair.B.Stream.Destroy();
                await pair.AssertNothingLeftAsync();
            },
            TimeSpan.FromHours(2)
        );
        Assert.Equal(0, pair.World.ArmedTimers);
    }

    [Fact]
    public void Heartbeat_is_answered_whatever_else_the_packet_claims()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            foreach (var flags in new[] { PacketFlags.Heartbeat, Question })
            {
                pair.Raw.Received.Clear();
                pair.Send(flags, flags == Question ? uint.MaxValue : 0, 0);
                await pair.RoundTripAsync();
                Assert.Equal(PacketFlags.State, Assert.Single(pair.Raw.Headers).Flags);
            }
            Assert.Equal(0, pair.End.Received);
        });
    }

    [Fact]
    public void Intervals_that_would_flood_are_refused()
    {
        var pair = new Pair(1);
        pair.Run(() =>
        {
            Assert.Throws<InvalidOperationException>(() => pair.A.Stream.KeepAlive = TimeSpan.FromTicks(1));
            Assert.Throws<InvalidOperationException>(() => pair.A.Stream.DeadPeerTimeout = -1 * _second);
            return Task.CompletedTask;
        });
    }
}
