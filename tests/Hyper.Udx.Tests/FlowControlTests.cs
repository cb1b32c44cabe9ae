using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class FlowControlTests
{
    private static readonly UdxOptions _smallWindow = new()
    {
        ReceiveWindowBytes = 64 * 1024,
        MaxReceiveWindowBytes = 64 * 1024,
    };

    [Fact]
    public void PauseReading_holds_the_window_and_resume_delivers_everything()
    {
        var pair = new Pair(1, options: _smallWindow);
        var bytes = StreamEnd.RandomBytes(1, 1_000_000);
        pair.Run(async () =>
        {
            pair.B.Stream.PauseReading();
            var writing = pair.A.WriteAllAsync(bytes);
            await pair.World.Delay(TimeSpan.FromSeconds(60));
            Assert.Equal(0, pair.B.Received);
            Assert.True(pair.A.Stream.IsOpen && pair.B.Stream.IsOpen, "A paused reader must not break the stream.");
            Assert.InRange(pair.B.Stream.Statistics.BytesReceived, 60_000, 82_000);
            Assert.Equal(0, pair.A.Stream.Statistics.RemoteWindow);
            pair.B.Stream.ResumeReading();
            await pair.B.ReceiveAsync(200_000);
            pair.B.Stream.PauseReading();
            await pair.World.Delay(TimeSpan.FromSeconds(20));
            pair.B.Stream.ResumeReading();
            await writing;
            pair.A.Stream.End();
            await pair.B.Ended;
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }

    [Fact]
    public void PauseReading_often_on_lossy_link_delivers_everything()
    {
        var pair = new Pair(2, new LinkConditions { Loss = 0.03 }, _smallWindow);
        var bytes = StreamEnd.RandomBytes(1, 2_000_000);
        var random = new Random(3);
        pair.Run(async () =>
        {
            var isDone = false;
            _ = StutterAsync();
            await pair.A.WriteAllAsync(bytes);
            pair.A.Stream.End();
            await pair.B.Ended;
            isDone = true;

            async Task StutterAsync()
            {
                while (!isDone)
                {
                    pair.B.Stream.PauseReading();
                    await pair.World.Delay(TimeSpan.FromMilliseconds(random.Next(30)));
                    pair.B.Stream.ResumeReading();
                    await pair.World.Delay(TimeSpan.FromMilliseconds(random.Next(10)));
                }
            }
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }

    [Fact]
    public void End_behind_paused_reader_comes_after_the_data()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.B.Stream.PauseReading();
            pair.A.Write("abc"u8);
            pair.A.Stream.End();
            await pair.World.Delay(TimeSpan.FromMilliseconds(50));
            Assert.False(pair.B.HasEnded);
            pair.B.Stream.ResumeReading();
            await pair.B.Ended;
            Assert.Equal("abc"u8.ToArray(), pair.B.Data.ToArray());
        });
    }

    [Fact]
    public void Receive_full_window_is_advertised_and_one_more_packet_is_taken()
    {
        var pair = new RawPair(options: _smallWindow);
        pair.Run(async () =>
        {
            pair.End.Stream.PauseReading();
            var payload = new byte[1024];
            for (uint i = 0; i < 64; i++)
                pair.Send(PacketFlags.Data, i, 0, payload);
            await pair.RoundTripAsync();
            Assert.Equal((0u, 64u), (pair.Raw.Headers.Last().Window, pair.Raw.Headers.Last().Acknowledgement));
            pair.Send(PacketFlags.Data, 64, 0, payload);
            await pair.RoundTripAsync();
            Assert.Equal((0u, 65u), (pair.Raw.Headers.Last().Window, pair.Raw.Headers.Last().Acknowledgement));
            for (uint i = 65; i < 200; i++)
                pair.Send(PacketFlags.Data, i, 0, payload);
            await pair.RoundTripAsync();
            // The slack is a quarter of the window: beyond it nothing is taken, and every packet is answered.
            Assert.InRange(pair.Raw.Headers.Last().Acknowledgement, 80u, 82u);
            pair.Raw.Received.Clear();
            pair.End.Stream.ResumeReading();
            await pair.RoundTripAsync();
            Assert.Equal((uint)_smallWindow.ReceiveWindowBytes, Assert.Single(pair.Raw.Headers).Window);
        });
    }

    [Fact]
    public void Receive_less_than_a_packet_left_is_advertised_as_no_window()
    {
        var pair = new RawPair(options: _smallWindow);
        pair.Run(async () =>
        {
            pair.End.Stream.PauseReading();
            for (uint i = 0; i < 63; i++)
                pair.Send(PacketFlags.Data, i, 0, new byte[1024]);
            await pair.RoundTripAsync();
            Assert.Equal((0u, 63u), (pair.Raw.Headers.Last().Window, pair.Raw.Headers.Last().Acknowledgement));
        });
    }

    [Fact]
    public void Write_zero_window_is_probed_with_heartbeats_and_survives()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.State, 0, 0, window: 0);
            await pair.RoundTripAsync();
            pair.End.Write("waiting"u8);
            for (var i = 0; i < 40; i++)
            {
                await pair.World.Delay(TimeSpan.FromSeconds(1));
                Assert.True(pair.End.Stream.IsOpen);
                pair.Send(PacketFlags.State, 0, 0, window: 0);
            }
            Assert.All(pair.Raw.Headers, header => Assert.Equal(PacketFlags.Heartbeat, header.Flags));
            Assert.InRange(pair.Raw.Received.Count, 10, 30);
            pair.Send(PacketFlags.State, 0, 0, window: 1000);
            await pair.RoundTripAsync();
            Assert.Equal(PacketFlags.Data, pair.Raw.Headers.Last().Flags);
        });
    }

    [Fact]
    public void Packet_dropped_for_want_of_room_is_repeated_soon_after_the_window_reopens()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Write("dropped"u8);
            for (var tenth = 0; tenth < 62; tenth++)
            {
                await pair.World.Delay(TimeSpan.FromMilliseconds(100));
                pair.Send(PacketFlags.State, 0, 0, window: 0);
            }
            var before = pair.Raw.Received.Count;
            pair.Send(PacketFlags.State, 0, 0);
            // Repeats are three seconds apart by then: the last was at six, the next would be at nine.
            await pair.World.Delay(TimeSpan.FromSeconds(1.5));
            Assert.Equal(before + 1, pair.Raw.Received.Count);
            Assert.Equal(0u, pair.Raw.Headers.Last().Sequence);
            // And it has all its time again, counted from the moment at which there was room.
            await pair.World.Delay(TimeSpan.FromSeconds(10));
            Assert.True(pair.End.Stream.IsOpen);
            await pair.End.Closed;
            Assert.Equal(UdxException.TimedOut, pair.End.CloseCode);
        });
    }

    [Fact]
    public void Write_zero_window_and_silence_times_out()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.State, 0, 0, window: 0);
            await pair.RoundTripAsync();
            pair.End.Write("waiting"u8);
            await pair.End.Closed;
        });
        Assert.Equal(UdxException.TimedOut, pair.End.CloseCode);
        Assert.InRange(pair.World.Elapsed, TimeSpan.FromSeconds(13), TimeSpan.FromSeconds(16));
    }

    [Fact]
    public void Flush_above_high_water_mark_says_false_and_drains()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            var room = 0;
            pair.A.Stream.GetSpan(1000)[..1000].Clear();
            pair.A.Stream.Advance(1000);
            while (pair.A.Stream.Flush())
            {
                pair.A.Stream.GetSpan(10_000)[..10_000].Clear();
                pair.A.Stream.Advance(10_000);
                room += 10_000;
            }
            Assert.InRange(room, 256 * 1024, 300 * 1024);
            await pair.A.WriteAllAsync(new byte[1]);
            await pair.B.ReceiveAsync(room + 1001);
        });
    }

    [Fact]
    public void State_older_window_does_not_replace_a_newer_one()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.Data, 0, 0, [1], window: 5000);
            pair.Send(PacketFlags.Data, 1, 0, [2], window: 6000);
            pair.Send(PacketFlags.Data, 0, 0, [1], window: 1);
            await pair.RoundTripAsync();
            Assert.Equal(6000, pair.End.Stream.Statistics.RemoteWindow);
        });
    }
}
