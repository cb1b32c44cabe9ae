using Hyper.Loop;
using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class StreamTests
{
    [Fact]
    public void Stream_over_IPv6_cuts_packets_at_the_mtu_less_68()
    {
        var world = new SimulatedWorld(1);
        var (hostA, hostB) = (world.CreateHost("fd00::1"), world.CreateHost("fd00::2"));
        var longest = 0;
        world.Delivered = (_, _, _, bytes) => longest = Math.Max(longest, bytes.Length);
        world.Run(async () =>
        {
            var options = new UdxOptions { MaxMtu = 1200 };
            var (peerA, peerB) = (new Peer(hostA, options), new Peer(hostB, options));
            var (a, b) = (peerA.CreateStream(1), peerB.CreateStream(2));
            a.Stream.Connect(peerA.Socket, 2, peerB.Address);
            b.Stream.Connect(peerB.Socket, 1, peerA.Address);
            Assert.False(a.Stream.RemoteAddress.IsIPv4);
            Assert.Equal(1200 - 68, a.Stream.MaxPayload);
            Assert.False(a.Stream.TrySendMessage(new byte[1200 - 67]));
            var bytes = StreamEnd.RandomBytes(1, 100_000);
            await a.WriteAllAsync(bytes);
            await b.ReceiveAsync(bytes.Length);
            Assert.Equal(bytes, b.Data.ToArray());
            await a.Stream.ChangeRemoteAsync(peerA.Socket, 2, new UdpAddress(0x0a00_0001, 4000));
            Assert.Equal(1200 - 48, a.Stream.MaxPayload);
        });
        Assert.Equal(1200 - 48, longest);
    }

    [Fact]
    public void Firewall_connects_the_stream_to_the_first_packets_source()
    {
        var world = new SimulatedWorld(1);
        var (hostA, hostB) = (world.CreateHost("10.0.0.1"), world.CreateHost("10.0.0.2"));
        world.Run(async () =>
        {
            var client = new Peer(hostA);
            var server = new Peer(hostB);
            var asked = 0;
            var accepted = server.CreateStream(
                2,
                (stream, socket, in from) =>
                {
                    asked++;
                    stream.Connect(socket, 1, from);
                    return true;
                }
            );
            var dialed = client.CreateStream(1);
            dialed.Stream.Connect(client.Socket, 2, server.Address);
            accepted.Write("early"u8);
            dialed.Write("first packet"u8);
            await accepted.ReceiveAsync(12);
            await dialed.ReceiveAsync(5);
            Assert.Equal(1, asked);
            Assert.Equal(client.Address, accepted.Stream.RemoteAddress);
            Assert.Equal(1u, accepted.Stream.RemoteId);
        });
    }

    [Fact]
    public void Firewall_refusal_keeps_the_packet_out_and_consumes_it()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var closed = pair.Peer.CreateStream(5, (_, _, in _) => false);
            var open = pair.Peer.CreateStream(6);
            pair.Raw.Send(closed, pair.Peer.Address, PacketFlags.Data, 0, 0, [1]);
            pair.Raw.Send(open, pair.Peer.Address, PacketFlags.Data, 0, 0, [1]);
            await pair.RoundTripAsync();
            Assert.Equal(0, closed.Received + open.Received);
            Assert.Empty(pair.Raw.Received);
            Assert.Empty(pair.Peer.Messages);
        });
    }

    [Fact]
    public void Firewall_accepts_without_connecting_answers_after_connect()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var waiting = pair.Peer.CreateStream(5, (_, _, in _) => true);
            pair.Raw.Send(waiting, pair.Peer.Address, PacketFlags.Data, 0, 0, [1]);
            await pair.RoundTripAsync();
            Assert.Equal([1], waiting.Data.ToArray());
            Assert.Empty(pair.Raw.Received);
            waiting.Stream.Connect(pair.Peer.Socket, 9, pair.Raw.Address);
            await pair.RoundTripAsync();
            Assert.Equal(1u, Assert.Single(pair.Raw.Headers).Acknowledgement);
        });
    }

    [Fact]
    public void OnMessage_gets_everything_that_is_no_packet_of_a_stream()
    {
        var pair = new RawPair();
        byte[][] others =
        [
            [0],
            [0x03, 1, 2],
            Convert.FromHexString("ff0101000d0c0b0aff"),
            Convert.FromHexString("ff010100aabbccdd000040000000000000000000"),
            Convert.FromHexString("ff0201000d0c0b0a000040000000000000000000"),
        ];
        pair.Run(async () =>
        {
            foreach (var other in others)
                pair.Raw.SendRaw(other, pair.Peer.Address);
            await pair.RoundTripAsync();
            Assert.Equal(others, pair.Peer.Messages);
            pair.Peer.Socket.Send([7], pair.Raw.Address, timeToLive: 5);
            await pair.RoundTripAsync();
            Assert.Equal([7], Assert.Single(pair.Raw.Received));
        });
    }

    [Fact]
    public void Packet_on_another_socket_of_the_node_reaches_the_stream()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var second = pair.Peer.Node.CreateSocket(new DatagramSocketOptions { Port = 4001 }, pair.Peer);
            pair.End.Stream.Firewall = (_, socket, in _) => socket == second;
            pair.Raw.Send(pair.End, pair.Peer.Address.WithPort(4001), PacketFlags.Data, 0, 0, [1]);
            await pair.RoundTripAsync();
            Assert.Equal([1], pair.End.Data.ToArray());
        });
    }

    [Fact]
    public void TrySendMessage_arrives_beside_the_stream_also_after_end()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            Assert.True(pair.A.Stream.TrySendMessage("one"u8));
            Assert.True(pair.A.Stream.TrySendMessage(default));
            Assert.True(pair.A.Stream.TrySendMessage(new byte[1152]));
            Assert.False(pair.A.Stream.TrySendMessage(new byte[1153]));
            pair.A.Stream.End();
            await pair.B.Ended;
            Assert.True(pair.A.Stream.TrySendMessage("two"u8));
            await pair.World.Delay(TimeSpan.FromMilliseconds(5));
            Assert.Equal([3, 0, 1152, 3], pair.B.Messages.Select(m => m.Length));
            pair.A.Stream.Destroy();
            Assert.False(pair.A.Stream.TrySendMessage("three"u8));
            Assert.False(pair.PeerA.CreateStream(99).Stream.TrySendMessage("not connected"u8));
        });
    }

    [Theory]
    [InlineData(0xffff_ff00u)]
    [InlineData(0xffff_ffffu)]
    [InlineData(0x7fff_ff00u)]
    public void Write_across_the_wrap_of_sequence_numbers_arrives_intact(uint first)
    {
        var conditions = new LinkConditions
        {
            Loss = 0.03,
            Reorder = 0.02,
            Duplicate = 0.01,
        };
        var pair = new Pair(3, conditions, new UdxOptions { InitialSequence = first });
        var bytes = StreamEnd.RandomBytes(1, 2_000_000);
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(bytes);
            pair.A.Stream.End();
            pair.B.Stream.End();
            Assert.Null(await pair.A.Closed);
            Assert.Null(await pair.B.Closed);
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }

    [Fact]
    public void Write_hundred_streams_on_one_socket_all_arrive_intact()
    {
        var pair = new Pair(4, new LinkConditions { Loss = 0.01, BytesPerSecond = 20_000_000 });
        pair.Run(async () =>
        {
            var ends = Enumerable.Range(0, 100).Select(i => pair.Connect((uint)(1000 + i), (uint)(1000 + i))).ToArray();
            var bytes = ends.Select((_, i) => StreamEnd.RandomBytes(i, 100_000 + i)).ToArray();
            await Task.WhenAll(ends.Select((e, i) => e[i % 2].WriteAllAsync(bytes[i], 3000, 17)));
            foreach (var end in ends.SelectMany(e => e))
                end.Stream.End();
            for (var i = 0; i < ends.Length; i++)
            {
                Assert.Null(await ends[i][0].Closed);
                Assert.Null(await ends[i][1].Closed);
                Assert.Equal(bytes[i], ends[i][1 - i % 2].Data.ToArray());
            }
        });
    }

    [Fact]
    public void Write_tiny_pieces_of_one_turn_share_packets()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                pair.A.Write([(byte)i]);
            pair.A.Stream.End();
            await pair.B.Ended;
            Assert.Equal(1, pair.A.Stream.Statistics.PacketsSent);
            Assert.Equal(500, pair.B.Received);
        });
    }

    [Fact]
    public void Echo_takes_one_packet_each_way()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.B.DataHook = data => pair.B.Write(data.Span);
            for (var i = 1; i <= 10; i++)
            {
                pair.A.Write("ping"u8);
                await pair.A.ReceiveAsync(4 * i);
                await pair.World.Delay(TimeSpan.FromMilliseconds(0));
            }
            // Each acknowledgement rides on the next ping or pong.
            Assert.InRange(pair.B.Stream.Statistics.PacketsSent, 10, 11);
            Assert.InRange(pair.A.Stream.Statistics.PacketsSent, 10, 12);
        });
    }

    [Fact]
    public void Write_after_end_is_discarded()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            pair.A.Write("kept"u8);
            pair.A.Stream.End();
            pair.A.Write("lost"u8);
            pair.A.Stream.End();
            await pair.B.Ended;
            pair.B.Stream.End();
            await pair.A.Closed;
            pair.A.Write("late"u8);
            Assert.Equal(4, pair.B.Received);
            await pair.AssertNothingLeftAsync();
        });
    }

    [Fact]
    public void Write_large_frame_in_one_span_arrives()
    {
        var pair = new Pair(1);
        var bytes = StreamEnd.RandomBytes(1, 3_000_000);
        pair.Run(async () =>
        {
            pair.A.Write(bytes);
            await pair.B.ReceiveAsync(bytes.Length);
            await pair.World.Delay(TimeSpan.FromMilliseconds(5));
            Assert.Equal(0, pair.PeerA.Node.Buffers.ChunksInUse);
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }

    [Fact]
    public void Start_late_delivers_what_came_before()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var stream = pair.Peer.Node.CreateStream(5);
            stream.Connect(pair.Peer.Socket, 9, pair.Raw.Address);
            var late = new byte[PacketHeader.Bytes + 3];
            PacketCodec.WriteHeader(late, new PacketHeader(PacketFlags.Data | PacketFlags.End, 0, 5, 1000, 0, 0));
            "abc"u8.CopyTo(late.AsSpan(PacketHeader.Bytes));
            pair.Raw.SendRaw(late, pair.Peer.Address);
            await pair.RoundTripAsync();
            var end = new StreamEnd(stream);
            await end.Ended;
            Assert.Equal("abc"u8.ToArray(), end.Data.ToArray());
        });
    }

    [Fact]
    public void CreateStream_taken_id_throws_and_random_ids_differ()
    {
        var pair = new RawPair();
        pair.Run(() =>
        {
            Assert.Throws<ArgumentException>(() => pair.Peer.Node.CreateStream(Pair.IdB));
            var ids = Enumerable.Range(0, 1000).Select(_ => pair.Peer.Node.CreateStream().Id).ToHashSet();
            Assert.Equal(1000, ids.Count);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Connect_wrong_use_throws()
    {
        var pair = new RawPair();
        pair.Run(() =>
        {
            var stream = pair.Peer.Node.CreateStream();
            Assert.Throws<ArgumentException>(() => stream.Connect(pair.Peer.Socket, 1, new UdpAddress(1, 0)));
            Assert.Throws<InvalidOperationException>(() =>
                pair.End.Stream.Connect(pair.Peer.Socket, 1, pair.Raw.Address)
            );
            return Task.CompletedTask;
        });
        Assert.Throws<InvalidOperationException>(() => pair.Peer.Node.CreateStream());
    }
}
