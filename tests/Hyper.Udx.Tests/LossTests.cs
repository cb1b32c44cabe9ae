using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class LossTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Write_last_packet_lost_several_times_is_repaired_without_a_timeout(int losses)
    {
        var pair = new Pair(1);
        var dropped = 0;
        pair.World.Drop = (_, _, bytes) =>
        {
            var header = RawPeer.HeaderOf(bytes.ToArray());
            return header is { Flags: PacketFlags.Data, Sequence: 3 } && dropped++ < losses;
        };
        pair.Run(async () =>
        {
            pair.A.Write(new byte[1]);
            await pair.B.ReceiveAsync(1);
            await pair.World.Delay(TimeSpan.FromMilliseconds(10));
            pair.A.Write(new byte[3 * 1152]);
            await pair.B.ReceiveAsync(1 + 3 * 1152);
            await pair.World.Delay(TimeSpan.FromMilliseconds(10));
            Assert.Equal(0, pair.A.Stream.Statistics.Timeouts);
            Assert.InRange(pair.World.Elapsed, TimeSpan.Zero, TimeSpan.FromMilliseconds(80));
        });
        Assert.True(dropped >= losses);
    }

    [Fact]
    public void Write_one_of_many_lost_is_repeated_once_and_at_once()
    {
        var pair = new Pair(1);
        var dropped = 0;
        pair.World.Drop = (_, _, bytes) =>
            RawPeer.HeaderOf(bytes.ToArray()) is { Flags: PacketFlags.Data, Sequence: 2 } && dropped++ == 0;
        pair.Run(async () =>
        {
            pair.A.Write(new byte[8 * 1152]);
            await pair.B.ReceiveAsync(8 * 1152);
            Assert.Equal(1, pair.A.Stream.Statistics.Retransmissions);
            Assert.InRange(pair.World.Elapsed, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));
        });
    }

    /// <summary>
    /// A packet that is late behind a standing queue arrives soon after its repeat has left. Were that taken for the answer
    /// to the repeat, all that left before it would count as lost.
    /// </summary>
    [Theory]
    [InlineData(300)]
    [InlineData(600)]
    [InlineData(900)]
    [InlineData(1200)]
    [InlineData(1500)]
    [InlineData(1800)]
    public void Write_late_packets_behind_a_queue_are_not_repeated_in_masses(int lateByMicroseconds)
    {
        var conditions = new LinkConditions
        {
            Reorder = 0.01,
            ReorderDelay = TimeSpan.FromMicroseconds(lateByMicroseconds),
            Delay = TimeSpan.FromMicroseconds(100),
            BytesPerSecond = 50_000_000,
            QueueBytes = 1 << 20,
        };
        var pair = new Pair(lateByMicroseconds / 300, conditions);
        var lost = 0;
        pair.World.Drop = (_, to, _) => to == pair.PeerB.Address && pair.HostA.Random.Next(50) == 0 && ++lost > 0;
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[20_000_000]);
            await pair.B.ReceiveAsync(20_000_000);
            var needless = pair.B.Stream.Statistics.DuplicatesReceived;
            Assert.True(needless < lost, $"{needless} needless repeats beside {lost} losses.");
        });
    }

    [Fact]
    public void Write_repeat_has_the_same_payload_and_the_present_acknowledgement()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.End.Write("same"u8);
            await pair.RoundTripAsync();
            pair.Send(PacketFlags.Data, 0, 0, [1]);
            pair.End.Write("more"u8);
            await pair.World.Delay(TimeSpan.FromSeconds(4));
        });
        var sent = pair
            .Raw.Received.Where(p => RawPeer.HeaderOf(p) is { Flags: PacketFlags.Data, Sequence: 0 })
            .ToArray();
        Assert.InRange(sent.Length, 2, 5);
        Assert.All(sent, p => Assert.Equal("same"u8.ToArray(), p[PacketHeader.Bytes..]));
        Assert.Equal(0u, RawPeer.HeaderOf(sent[0]).Acknowledgement);
        Assert.Equal(1u, RawPeer.HeaderOf(sent[^1]).Acknowledgement);
    }

    [Fact]
    public void Receive_reordered_packets_are_told_in_ascending_ranges()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            foreach (var sequence in new uint[] { 9, 4, 2, 5, 9 })
                pair.Send(PacketFlags.Data, sequence, 0, [(byte)sequence]);
            await pair.RoundTripAsync();
            Assert.True(PacketCodec.TryRead(pair.Raw.Received[^1], out var header, out var ranges, out _));
            Assert.Equal((PacketFlags.Sack, 0u), (header.Flags, header.Acknowledgement));
            Assert.Equal(RawPair.Ranges((2, 3), (4, 6), (9, 10)), ranges);
        });
    }
}
