using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class CloseTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void End_both_sides_closes_cleanly()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.A.Write("hello"u8);
            pair.A.Stream.End();
            await pair.B.Ended;
            Assert.False(pair.B.HasClosed);
            pair.B.Write("answer"u8);
            pair.B.Stream.End();
            Assert.Null(await pair.A.Closed);
            Assert.Null(await pair.B.Closed);
            Assert.Equal("hello"u8.ToArray(), pair.B.Data.ToArray());
            Assert.Equal("answer"u8.ToArray(), pair.A.Data.ToArray());
            Assert.True(pair.World.Elapsed < TimeSpan.FromMilliseconds(20), $"Took {pair.World.Elapsed}.");
            await pair.AssertNothingLeftAsync();
        });
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Destroy_while_a_writer_holds_room_gives_that_room_to_nobody_else(int size)
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.A.Write("before"u8);
            var room = pair.A.Stream.GetSpan(size);
            pair.A.Stream.Destroy();
            var other = pair.PeerA.CreateStream(77).Stream;
            other.GetSpan(size)[0] = 1;
            room[0] = 2;
            Assert.Equal(1, other.GetSpan(size)[0]);
            pair.A.Stream.Advance(1);
            other.Advance(0);
            other.Destroy();
            await pair.B.Closed;
            await pair.AssertNothingLeftAsync();
        });
    }

    [Theory]
    [InlineData("A END")]
    [InlineData("B END")]
    [InlineData("A STATE")]
    [InlineData("B STATE")]
    public void End_first_packet_of_a_kind_lost_closes_cleanly(string what)
    {
        var pair = new Pair(1);
        var dropped = 0;
        pair.World.Drop = (from, _, bytes) =>
        {
            var flags = RawPeer.HeaderOf(bytes.ToArray()).Flags;
            var isWanted =
                what[0] == 'A' == from.HasSameHost(pair.PeerA.Address)
                && flags == (what.EndsWith("END", StringComparison.Ordinal) ? PacketFlags.End : PacketFlags.State);
            return isWanted && dropped++ == 0;
        };
        pair.Run(async () =>
        {
            pair.A.Stream.End();
            await pair.B.Ended;
            await pair.World.Delay(0.01 * _second);
            pair.B.Stream.End();
            Assert.Null(await pair.A.Closed);
            Assert.Null(await pair.B.Closed);
            Assert.True(pair.World.Elapsed < 1.5 * _second, $"Took {pair.World.Elapsed}.");
            await pair.AssertNothingLeftAsync();
        });
        Assert.True(dropped > 0);
    }

    [Fact]
    public void End_other_side_forgets_at_once_closes_cleanly()
    {
        // As libudx does: its last STATE is lost and nobody answers our END again.
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.End, 0, 0);
            await pair.End.Ended;
            pair.End.Stream.End();
            Assert.Null(await pair.End.Closed);
            Assert.InRange(pair.World.Elapsed, 5 * _second, 7 * _second);
        });
        Assert.InRange(pair.Raw.Headers.Count(h => h.Flags == PacketFlags.End), 3, 5);
    }

    [Fact]
    public void End_repeated_after_close_is_answered_with_state()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Stream.End();
            await pair.RoundTripAsync();
            pair.Send(PacketFlags.End, 0, 1);
            Assert.Null(await pair.End.Closed);
            await pair.RoundTripAsync();
            pair.Raw.Received.Clear();
            pair.Send(PacketFlags.End, 0, 1);
            await pair.RoundTripAsync();
            var answer = Assert.Single(pair.Raw.Headers);
            Assert.Equal(new PacketHeader(PacketFlags.State, 0, RawPeer.Id, 4 << 20, 1, 1), answer);
            await pair.World.Delay(14 * _second);
            Assert.Equal(0, pair.Peer.Node.StreamCount);
            pair.Send(PacketFlags.End, 0, 1);
            await pair.RoundTripAsync();
            Assert.Single(pair.Peer.Messages);
        });
    }

    [Fact]
    public void Destroy_other_side_gets_reset()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.A.Write(new byte[100_000]);
            pair.A.Stream.Destroy();
            Assert.False(pair.A.HasClosed, "OnClose came inside the call.");
            Assert.Null(await pair.A.Closed);
            await pair.B.Closed;
            Assert.Equal(UdxException.ConnectionReset, pair.B.CloseCode);
            await pair.AssertNothingLeftAsync();
        });
    }

    [Fact]
    public void Destroy_lost_is_repeated_to_whoever_sends()
    {
        var pair = new Pair(1);
        var dropped = 0;
        pair.World.Drop = (_, _, bytes) =>
            RawPeer.HeaderOf(bytes.ToArray()).Flags == PacketFlags.Destroy && dropped++ == 0;
        pair.Run(async () =>
        {
            pair.A.Stream.Destroy();
            await pair.A.Closed;
            await pair.World.Delay(0.1 * _second);
            Assert.False(pair.B.HasClosed);
            pair.B.Write("are you there?"u8);
            await pair.B.Closed;
            Assert.Equal(UdxException.ConnectionReset, pair.B.CloseCode);
            await pair.AssertNothingLeftAsync();
        });
    }

    [Fact]
    public void Destroy_with_error_gives_it_to_the_handler()
    {
        var pair = new Pair(1);
        var error = new InvalidDataException("nonsense");
        pair.Run(async () =>
        {
            pair.A.Stream.Destroy(error);
            Assert.Same(error, await pair.A.Closed);
        });
    }

    [Fact]
    public void Destroy_in_data_handler_stops_delivery()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.B.DataHook = _ => pair.B.Stream.Destroy();
            pair.A.Write(new byte[50_000]);
            await pair.B.Closed;
            await pair.A.Closed;
            Assert.InRange(pair.B.Received, 1, 1152);
            await pair.AssertNothingLeftAsync();
        });
    }

    [Fact]
    public void Write_silent_peer_times_out_after_13_seconds()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Write("x"u8);
            await pair.End.Closed;
        });
        Assert.Equal(UdxException.TimedOut, pair.End.CloseCode);
        Assert.InRange(pair.World.Elapsed, 13 * _second, 13.01 * _second);
        Assert.Equal(6, pair.Raw.Headers.Count(h => h.Flags == PacketFlags.Data));
    }

    [Fact]
    public void Write_peer_crashes_in_transfer_times_out()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            var writing = pair.A.WriteAllAsync(new byte[20_000_000]);
            await pair.B.ReceiveAsync(1_000_000);
            pair.HostB.Crash();
            await pair.A.Closed;
            await writing;
            Assert.Equal(UdxException.TimedOut, pair.A.CloseCode);
            Assert.InRange(pair.World.Elapsed, 13 * _second, 14 * _second);
        });
    }

    [Fact]
    public void Dispose_socket_cancels_its_streams()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.A.Write("x"u8);
            pair.PeerA.Socket.Dispose();
            await pair.A.Closed;
            await pair.B.Closed;
            Assert.Equal(UdxException.Canceled, pair.A.CloseCode);
            Assert.Equal(UdxException.ConnectionReset, pair.B.CloseCode);
            Assert.Equal(0, pair.PeerA.Node.StreamCount);
        });
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Open_and_close_thousands_of_times_leaks_nothing()
    {
        var seed = TestSeed.Next();
        var count = FuzzBudget.Rounds(usually: 10_000, atMost: 200_000);
        var pair = new Pair(seed, new LinkConditions { Loss = 0.02 });
        pair.Run(async () =>
        {
            var random = new Random(seed);
            for (uint i = 0; i < count; i++)
            {
                var ends = pair.Connect(100 + i, 100 + i);
                ends[0].Write(new byte[random.Next(3000)]);
                if (i % 3 == 0)
                {
                    ends[random.Next(2)].Stream.Destroy();
                    continue;
                }
                ends[0].Stream.End();
                ends[1].Stream.End();
                if (i % 50 == 0)
                    await pair.World.Delay(TimeSpan.FromMilliseconds(100));
            }
            pair.A.Stream.Destroy();
            pair.B.Stream.Destroy();
            await pair.World.Delay(TimeSpan.FromMinutes(1));
            // A destroyed stream whose DESTROY was lost and whose peer has nothing to send leaves that peer waiting.
            Assert.Equal(0, pair.PeerA.Node.Buffers.ChunksInUse);
            Assert.InRange(pair.PeerA.Node.StreamCount + pair.PeerB.Node.StreamCount, 0, Math.Max(200, count / 50));
        });
    }
}
