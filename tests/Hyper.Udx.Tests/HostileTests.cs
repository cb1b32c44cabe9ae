using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class HostileTests
{
    [Fact]
    public void Receive_foreign_source_is_ignored()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var thief = new RawPeer(pair.HostRaw, port: 5000);
            var stranger = new RawPeer(pair.World.CreateHost("10.0.0.3"));
            foreach (var forger in new[] { thief, stranger })
            {
                forger.Send(pair.End, pair.Peer.Address, PacketFlags.Data, 0, 0, [1, 2, 3]);
                forger.Send(pair.End, pair.Peer.Address, PacketFlags.Destroy, 0, 0);
                forger.Send(pair.End, pair.Peer.Address, PacketFlags.Message, 0, 0, [4]);
                forger.Send(pair.End, pair.Peer.Address, PacketFlags.Heartbeat, 0, 0);
            }
            await pair.RoundTripAsync();
            Assert.True(pair.End.Stream.IsOpen);
            Assert.Equal(0, pair.End.Received);
            Assert.Empty(pair.End.Messages);
            Assert.Empty(thief.Received);
            Assert.Empty(pair.Raw.Received);
            Assert.Equal(8, pair.End.Stream.Statistics.PacketsDropped);
            pair.Send(PacketFlags.Data, 0, 0, [9]);
            await pair.RoundTripAsync();
            Assert.Equal([9], pair.End.Data.ToArray());
        });
    }

    [Fact]
    public void Receive_foreign_source_that_the_firewall_takes_is_used()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var mover = new RawPeer(pair.HostRaw, port: 5000);
            pair.End.Stream.Firewall = (_, _, in from) => from == mover.Address;
            mover.Send(pair.End, pair.Peer.Address, PacketFlags.Data, 0, 0, [1]);
            await pair.RoundTripAsync();
            Assert.Equal([1], pair.End.Data.ToArray());
            Assert.Empty(mover.Received);
            Assert.Equal(1u, Assert.Single(pair.Raw.Headers).Acknowledgement);
        });
    }

    [Theory]
    [InlineData(0xffff_ffffu)]
    [InlineData(0x8000_0001u)]
    [InlineData(70_000u)]
    public void Destroy_outside_of_the_window_is_ignored(uint sequence)
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.Destroy, sequence, 0);
            await pair.RoundTripAsync();
            Assert.True(pair.End.Stream.IsOpen);
            pair.Send(PacketFlags.Destroy, 3, 0);
            await pair.End.Closed;
        });
        Assert.Equal(UdxException.ConnectionReset, pair.End.CloseCode);
    }

    [Theory]
    [InlineData(5u)]
    [InlineData(0x7fff_ffffu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xffff_ffffu)]
    public void Acknowledgement_of_what_was_never_sent_is_ignored(uint acknowledgement)
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Write(new byte[3000]);
            await pair.RoundTripAsync();
            var before = pair.End.Stream.Statistics.BytesInFlight;
            pair.Send(PacketFlags.State, 0, acknowledgement, window: 1);
            await pair.RoundTripAsync();
            Assert.Equal(before, pair.End.Stream.Statistics.BytesInFlight);
            pair.Send(PacketFlags.State, 0, 3);
            await pair.RoundTripAsync();
            Assert.Equal(0, pair.End.Stream.Statistics.BytesInFlight);
        });
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(0x7fff_ffffu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xfeff_ffffu)]
    public void Packet_that_acknowledges_what_was_never_sent_is_not_used(uint acknowledgement)
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.Data, 0, acknowledgement, [1]);
            pair.Send(PacketFlags.Message, 0, acknowledgement, [2]);
            pair.Send(PacketFlags.Data | PacketFlags.End, 0, acknowledgement, [3]);
            pair.Send(PacketFlags.Heartbeat, 0, acknowledgement);
            pair.Send(PacketFlags.Destroy, 0, acknowledgement);
            await pair.RoundTripAsync();
            Assert.True(pair.End.Stream.IsOpen);
            Assert.Empty(pair.End.Messages);
            Assert.Empty(pair.Raw.Received);
            Assert.Equal(5, pair.End.Stream.Statistics.PacketsDropped);
            pair.Send(PacketFlags.Data, 0, 0, [9]);
            await pair.RoundTripAsync();
            Assert.Equal([9], pair.End.Data.ToArray());
        });
    }

    [Fact]
    public void Packet_with_an_old_acknowledgement_is_used()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Write(new byte[3000]);
            await pair.RoundTripAsync();
            pair.Send(PacketFlags.Data, 1, 3, [2]);
            // A repeat of libudx 1.19.2: with the acknowledgement of its first transmission.
            pair.Send(PacketFlags.Data, 0, 0, [1]);
            await pair.RoundTripAsync();
            Assert.Equal([1, 2], pair.End.Data.ToArray());
        });
    }

    [Fact]
    public void Sack_absurd_ranges_cost_nothing()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Write(new byte[11_000]);
            await pair.RoundTripAsync();
            var before = pair.End.Stream.Statistics.BytesInFlight;
            var absurd = RawPair.Ranges([
                .. Enumerable.Range(0, 50).Select(i => ((uint)i * 37, uint.MaxValue - (uint)i)),
                (5, 5),
                (7, 3),
                (8, 2000),
            ]);
            // Were a range walked, this would not end.
            for (var i = 0; i < 10_000; i++)
                pair.Send(PacketFlags.Sack, 0, 0, absurd);
            await pair.RoundTripAsync();
            Assert.Equal(before, pair.End.Stream.Statistics.BytesInFlight);
            Assert.True(pair.End.Stream.IsOpen);
        });
    }

    [Fact]
    public void Sack_of_the_first_packet_keeps_its_bytes_until_the_acknowledgement()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Write(new byte[3000]);
            await pair.RoundTripAsync();
            pair.Send(PacketFlags.Sack, 0, 0, RawPair.Ranges((0, 1), (2, 3)));
            await pair.RoundTripAsync();
            pair.Send(PacketFlags.State, 0, 3);
            await pair.RoundTripAsync();
            Assert.Equal(0, pair.Peer.Node.Buffers.ChunksInUse);
        });
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(uint.MaxValue)]
    public void Window_extremes_do_no_harm(uint window)
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.State, 0, 0, window: window);
            await pair.RoundTripAsync();
            pair.End.Write(new byte[1_000_000]);
            await pair.World.Delay(TimeSpan.FromSeconds(5));
            Assert.True(pair.End.Stream.IsOpen);
            var data = pair.Raw.Headers.Count(header => header.Flags == PacketFlags.Data);
            Assert.InRange(data, window == 0 ? 0 : 1, window == 0 ? 0 : 60);
        });
    }

    [Fact]
    public void Data_far_beyond_the_gap_is_bounded_and_answered()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var payload = new byte[100];
            for (uint i = 1; i < 20_000; i += 2)
                pair.Send(PacketFlags.Data, i, 0, payload);
            await pair.RoundTripAsync();
            Assert.InRange(pair.Peer.Node.Buffers.PacketsInUse, 1, ReorderBuffer.MaxPackets);
            var last = pair.Raw.Received[^1];
            Assert.True(PacketCodec.TryRead(last, out var header, out var ranges, out _));
            Assert.Equal(0u, header.Acknowledgement);
            Assert.InRange(ranges.Length / PacketCodec.SackRangeBytes, 1, PacketCodec.MaxSackRanges);
            AssertAscending(ranges);
        });
    }

    [Fact]
    public void End_twice_at_different_places_ends_at_the_first_in_order()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.End, 5, 0);
            pair.Send(PacketFlags.Data, 1, 0, [2]);
            pair.Send(PacketFlags.End | PacketFlags.Data, 0, 0, [1]);
            pair.Send(PacketFlags.Data, 2, 0, [3]);
            await pair.RoundTripAsync();
            Assert.True(pair.End.HasEnded);
            Assert.Equal([1], pair.End.Data.ToArray());
            pair.End.Stream.Destroy();
            await pair.World.Delay(TimeSpan.FromSeconds(30));
            Assert.Equal(0, pair.Peer.Node.Buffers.PacketsInUse);
        });
    }

    [Fact]
    public void Unknown_flags_are_ignored_and_known_ones_beside_them_used()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send((PacketFlags)0xc0, 0, 0);
            pair.Send((PacketFlags)0x40 | PacketFlags.Data, 0, 0, [7]);
            await pair.RoundTripAsync();
            Assert.Equal([7], pair.End.Data.ToArray());
            Assert.True(pair.End.Stream.IsOpen);
        });
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Fuzz_random_packets_never_break_the_stream_or_its_bounds()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        var pair = new RawPair(seed);
        pair.Run(async () =>
        {
            for (var left = FuzzBudget.Inputs(); left > 0; left--)
            {
                var rest = new byte[random.Next(3) == 0 ? random.Next(1400) : 0];
                random.NextBytes(rest);
                var flags = (PacketFlags)(random.Next(256) & ~(int)PacketFlags.Destroy);
                if (random.Next(20) != 0)
                    flags &= ~PacketFlags.End;
                pair.Send(
                    flags,
                    random.Next(4) == 0 ? (uint)random.NextInt64(uint.MaxValue) : (uint)random.Next(3000),
                    random.Next(4) == 0 ? (uint)random.NextInt64(uint.MaxValue) : (uint)random.Next(30),
                    rest,
                    (uint)random.NextInt64(uint.MaxValue),
                    (byte)random.Next(random.Next(10) == 0 ? 256 : 1)
                );
                if (random.Next(100) == 0)
                    pair.End.Write(new byte[random.Next(5000)]);
                if (random.Next(50) == 0)
                    await pair.RoundTripAsync();
            }
            await pair.RoundTripAsync();
            Assert.True(pair.End.Stream.Statistics.BytesInFlight >= 0);
            Assert.InRange(pair.Peer.Node.Buffers.PacketsInUse, 0, ReorderBuffer.MaxPackets);
            pair.End.Stream.Destroy();
            await pair.World.Delay(TimeSpan.FromMinutes(1));
            Assert.Equal(0, pair.Peer.Node.Buffers.PacketsInUse);
            Assert.Equal(0, pair.Peer.Node.Buffers.ChunksInUse);
            Assert.Equal(0, pair.Peer.Node.StreamCount);
        });
    }

    private static void AssertAscending(ReadOnlySpan<byte> ranges)
    {
        var previous = 0u;
        for (; !ranges.IsEmpty; ranges = ranges[PacketCodec.SackRangeBytes..])
        {
            var (start, end) = PacketCodec.ReadSackRange(ranges);
            Assert.True(start > previous && start < end, $"[{start}, {end}) after {previous}");
            previous = end;
        }
    }
}
