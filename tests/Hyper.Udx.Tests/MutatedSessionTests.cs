using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>Packets of a real session, replayed, out of order and damaged, into a live stream by its own remote.</summary>
public class MutatedSessionTests
{
    [Fact]
    public void Whole_session_replayed_many_times_is_delivered_once()
    {
        var packets = Record(seed: 1);
        var pair = new RawPair();
        pair.Run(async () =>
        {
            for (var times = 0; times < 5; times++)
            {
                foreach (var packet in packets)
                    pair.Raw.SendRaw(packet, pair.Peer.Address);
                await pair.RoundTripAsync();
            }
            Assert.Equal(StreamEnd.RandomBytes(1, RecordedBytes), pair.End.Data.ToArray());
            Assert.True(pair.End.HasEnded && pair.End.Stream.IsOpen);
            Assert.Equal((0, 0), (pair.Peer.Node.Buffers.PacketsInUse, pair.Peer.Node.Buffers.ChunksInUse));
        });
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Fuzz_damaged_packets_of_a_session_never_break_the_node_or_its_bounds()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        var packets = Record(seed);
        var options = new UdxOptions { MaxHeldBytes = 4 << 20 };
        var pair = new RawPair(seed, options);
        var closed = 0;
        pair.Run(async () =>
        {
            var end = pair.End;
            for (var left = FuzzBudget.Inputs(); left > 0; left--)
            {
                if (!end.Stream.IsOpen)
                {
                    closed++;
                    await end.Closed;
                    end = pair.Reopen();
                }
                pair.Raw.SendRaw(Damaged(packets[random.Next(packets.Count)], random), pair.Peer.Address);
                Use(end, random);
                if (random.Next(50) != 0)
                    continue;
                await pair.RoundTripAsync();
                pair.Raw.Received.Clear();
                Assert.InRange(pair.Peer.Node.HeldBytes, 0, options.MaxHeldBytes);
                Assert.True(end.Stream.Statistics.BytesInFlight >= 0);
            }
            end.Stream.Destroy();
            await pair.World.Delay(TimeSpan.FromMinutes(2));
            Assert.Equal(
                (0, 0, 0, 0L),
                (
                    pair.Peer.Node.StreamCount,
                    pair.Peer.Node.Buffers.ChunksInUse,
                    pair.Peer.Node.Buffers.PacketsInUse,
                    pair.Peer.Node.HeldBytes
                )
            );
        });
        Assert.Equal(0, pair.World.ArmedTimers);
        Assert.True(closed > 0, "No damaged packet was ever a DESTROY in range.");
    }

    [Fact]
    public void Flood_for_one_stream_leaves_its_neighbour_alone()
    {
        var pair = new RawPair(options: new UdxOptions { MaxHeldBytes = 1 << 20 });
        pair.Run(async () =>
        {
            pair.End.Stream.PauseReading();
            var host = pair.World.CreateHost("10.0.0.8");
            var friend = new Peer(host);
            var (near, far) = (pair.Peer.CreateStream(500), friend.CreateStream(600));
            near.Stream.Connect(pair.Peer.Socket, 600, friend.Address);
            far.Stream.Connect(friend.Socket, 500, pair.Peer.Address);
            var bytes = StreamEnd.RandomBytes(3, 500_000);
            var writing = far.WriteAllAsync(bytes);
            for (uint i = 0; i < 5000; i++)
            {
                pair.Send(PacketFlags.Data, i * 2 % 4001, 0, new byte[1100]);
                pair.Send(PacketFlags.Message, 0, 0);
                pair.Send(PacketFlags.End, 9000 + i, 0, offset: 7);
            }
            await writing;
            await near.ReceiveAsync(bytes.Length);
            Assert.Equal(bytes, near.Data.ToArray());
            Assert.InRange(pair.Peer.Node.HeldBytes, 1, 1 << 20);
        });
    }

    [Fact]
    public void Data_beyond_the_end_is_dropped_and_an_empty_message_is_a_message()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            pair.Send(PacketFlags.Data | PacketFlags.End, 0, 0, [1]);
            pair.Send(PacketFlags.Data, 1, 0, [2]);
            pair.Send(PacketFlags.End, 7, 0);
            pair.Send(PacketFlags.Message, 1, 0);
            pair.Send(PacketFlags.Data, 1, 0, [2, 3], offset: 3);
            await pair.RoundTripAsync();
            Assert.Equal([1], pair.End.Data.ToArray());
            Assert.Empty(Assert.Single(pair.End.Messages));
            Assert.Equal(3, pair.End.Stream.Statistics.PacketsDropped);
            Assert.Equal(1u, pair.Raw.Headers.Last().Acknowledgement);
            Assert.Equal(0, pair.Peer.Node.Buffers.PacketsInUse);
        });
    }

    private const int RecordedBytes = 60_000;

    /// <summary>What A sent in a session with loss, addressed to the stream of a <see cref="RawPair"/>.</summary>
    private static List<byte[]> Record(int seed)
    {
        var packets = new List<byte[]>();
        var pair = new Pair(seed, new LinkConditions { Loss = 0.05 });
        pair.World.Delivered = (_, from, _, bytes) =>
        {
            if (from == pair.PeerA.Address)
                packets.Add(bytes.ToArray());
        };
        pair.Run(async () =>
        {
            pair.B.Write(new byte[5000]);
            await pair.A.WriteAllAsync(StreamEnd.RandomBytes(1, RecordedBytes));
            pair.A.Stream.TrySendMessage([1, 2, 3]);
            pair.A.Stream.End();
            pair.B.Stream.End();
            await pair.A.Closed;
            await pair.B.Closed;
        });
        // The stream under test has sent nothing, so an acknowledgement of B's packets would be one of nothing.
        foreach (var packet in packets)
            packet.AsSpan(16, sizeof(uint)).Clear();
        return packets;
    }

    private static byte[] Damaged(byte[] packet, Random random)
    {
        var bytes = packet[
            ..(random.Next(8) == 0 ? random.Next(PacketHeader.Bytes, packet.Length + 1) : packet.Length)
        ];
        for (var flips = random.Next(4); flips > 0; flips--)
        {
            var at = random.Next(4) == 0 ? random.Next(bytes.Length) : random.Next(2, PacketHeader.Bytes);
            bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(bytes[at] ^ (1 << random.Next(8)));
        }
        PacketCodec.WriteStreamId(bytes, Pair.IdB);
        return bytes;
    }

    private static void Use(StreamEnd end, Random random)
    {
        switch (random.Next(200))
        {
            case 0:
                end.Write(new byte[random.Next(5000)]);
                break;
            case 1:
                end.Stream.PauseReading();
                break;
            case 2:
                end.Stream.ResumeReading();
                break;
            case 3 when random.Next(10) == 0:
                end.Stream.Destroy();
                break;
        }
    }
}
