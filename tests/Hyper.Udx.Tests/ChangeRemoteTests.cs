using Hyper.Loop;
using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class ChangeRemoteTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Change_with_nothing_in_flight_is_done_at_once_and_used_from_then_on()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            var (a2, b2) = (pair.PeerA.OpenSocket(4001), pair.PeerB.OpenSocket(4001));
            pair.A.Write("before"u8);
            await pair.B.ReceiveAsync(6);
            await pair.World.Delay(0.1 * _second);
            var changeA = pair.A.Stream.ChangeRemoteAsync(a2, Pair.IdB, pair.PeerB.AddressOf(b2));
            var changeB = pair.B.Stream.ChangeRemoteAsync(b2, Pair.IdA, pair.PeerA.AddressOf(a2));
            Assert.True(changeA.IsCompletedSuccessfully && await changeA);
            Assert.True(changeB.IsCompletedSuccessfully && await changeB);
            var seen = pair.PeerA.Socket.Statistics.Received;
            pair.A.Write("after"u8);
            pair.B.Write("too"u8);
            await pair.B.ReceiveAsync(11);
            await pair.A.ReceiveAsync(3);
            Assert.Equal(seen, pair.PeerA.Socket.Statistics.Received);
            Assert.Equal((a2, pair.PeerB.AddressOf(b2)), (pair.A.Stream.Socket, pair.A.Stream.RemoteAddress));
            pair.PeerA.Socket.Dispose();
            Assert.True(pair.A.Stream.IsOpen, "The socket that the stream has left is closed.");
        });
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.03)]
    public void Change_of_both_sides_in_mid_transfer_keeps_the_bytes(double loss)
    {
        var pair = new Pair(3, new LinkConditions { Loss = loss, Delay = 0.02 * _second });
        var (toB, toA) = (StreamEnd.RandomBytes(1, 5_000_000), StreamEnd.RandomBytes(2, 5_000_000));
        pair.Run(async () =>
        {
            var (a2, b2) = (pair.PeerA.OpenSocket(4001), pair.PeerB.OpenSocket(4001));
            var writing = Task.WhenAll(pair.A.WriteAllAsync(toB), pair.B.WriteAllAsync(toA));
            await pair.B.ReceiveAsync(1_000_000);
            var changeA = pair.A.Stream.ChangeRemoteAsync(a2, Pair.IdB, pair.PeerB.AddressOf(b2));
            Assert.False(changeA.IsCompleted);
            await pair.World.Delay(0.05 * _second);
            var changeB = pair.B.Stream.ChangeRemoteAsync(b2, Pair.IdA, pair.PeerA.AddressOf(a2));
            Assert.True(await changeA);
            Assert.True(await changeB);
            await writing;
            await pair.B.ReceiveAsync(toB.Length);
            await pair.A.ReceiveAsync(toA.Length);
            pair.A.Stream.End();
            pair.B.Stream.End();
            Assert.Null(await pair.A.Closed);
            Assert.Null(await pair.B.Closed);
            await pair.AssertNothingLeftAsync();
        });
        Assert.Equal(toB, pair.B.Data.ToArray());
        Assert.Equal(toA, pair.A.Data.ToArray());
    }

    [Fact]
    public void Change_of_one_side_is_followed_by_a_firewall_of_the_other()
    {
        var pair = new Pair(4, new LinkConditions { Delay = 0.01 * _second });
        var bytes = StreamEnd.RandomBytes(1, 4_000_000);
        pair.Run(async () =>
        {
            var a2 = pair.PeerA.OpenSocket(4001);
            var announced = pair.PeerA.AddressOf(a2);
            var asked = 0;
            pair.B.Stream.Firewall = (stream, socket, in from) =>
            {
                asked++;
                if (from != announced)
                    return false;
                _ = stream.ChangeRemoteAsync(socket, Pair.IdA, from);
                return true;
            };
            var writing = Task.WhenAll(pair.A.WriteAllAsync(bytes), pair.B.WriteAllAsync(bytes));
            await pair.B.ReceiveAsync(1_000_000);
            Assert.True(await pair.A.Stream.ChangeRemoteAsync(a2, Pair.IdB, pair.PeerB.Address));
            await writing;
            await pair.B.ReceiveAsync(bytes.Length);
            await pair.A.ReceiveAsync(bytes.Length);
            Assert.Equal(announced, pair.B.Stream.RemoteAddress);
            Assert.Equal(1, asked);
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
        Assert.Equal(bytes, pair.A.Data.ToArray());
    }

    [Fact]
    public void Change_away_from_a_dead_path_repeats_on_the_new_one_without_a_timeout()
    {
        var pair = new Pair(5, new LinkConditions { Delay = 0.01 * _second });
        var bytes = StreamEnd.RandomBytes(1, 3_000_000);
        pair.Run(async () =>
        {
            var (a2, b2) = (pair.PeerA.OpenSocket(4001), pair.PeerB.OpenSocket(4001));
            var writing = pair.A.WriteAllAsync(bytes);
            await pair.B.ReceiveAsync(1_000_000);
            pair.World.Drop = (from, _, _) => from.Port == 4000;
            await pair.World.Delay(0.03 * _second);
            var changed = pair.World.Elapsed;
            var changeA = pair.A.Stream.ChangeRemoteAsync(a2, Pair.IdB, pair.PeerB.AddressOf(b2));
            _ = pair.B.Stream.ChangeRemoteAsync(b2, Pair.IdA, pair.PeerA.AddressOf(a2));
            Assert.True(await changeA);
            Assert.True(pair.World.Elapsed - changed < 0.7 * _second, $"Took {pair.World.Elapsed - changed}.");
            await writing;
            await pair.B.ReceiveAsync(bytes.Length);
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }

    [Fact]
    public void Change_to_a_quicker_path_does_not_repeat_what_is_out_on_the_slower()
    {
        var slow = new LinkConditions { Delay = 0.1 * _second };
        var pair = new Pair(6, slow);
        pair.Run(async () =>
        {
            var elsewhere = pair.World.CreateHost("10.0.0.9");
            var b2 = new UdpAddress(elsewhere.Address, 4001);
            var writing = pair.A.WriteAllAsync(new byte[20_000_000]);
            await pair.B.ReceiveAsync(6_000_000);
            var inFlight = pair.A.Stream.Statistics.BytesInFlight;
            var before = pair.A.Stream.Statistics.Retransmissions;
            // The quicker path leads to the same stream: a host that passes on, as a router does.
            using var router = new Router(elsewhere, 4001, pair.PeerB.Address);
            pair.World.Conditions = slow with { Delay = 0.002 * _second };
            pair.B.Stream.Firewall = (_, _, in from) => true;
            Assert.True(await pair.A.Stream.ChangeRemoteAsync(pair.PeerA.Socket, Pair.IdB, b2));
            var repeats = pair.A.Stream.Statistics.Retransmissions - before;
            Assert.True(inFlight > 200_000, $"{inFlight} bytes were in flight.");
            Assert.InRange(repeats, 0, 20);
            await writing;
            await pair.B.ReceiveAsync(20_000_000);
        });
    }

    [Fact]
    public void Repeats_after_a_change_go_to_the_new_remote_with_its_id()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var next = new RawPeer(pair.World.CreateHost("10.0.0.7"));
            pair.End.Write(new byte[3000]);
            await pair.RoundTripAsync();
            Assert.Equal(3, pair.Raw.Received.Count);
            var change = pair.End.Stream.ChangeRemoteAsync(pair.Peer.Socket, 4711, next.Address);
            await pair.RoundTripAsync();
            var probe = Assert.Single(next.Headers);
            Assert.Equal((4711u, 2u), (probe.StreamId, probe.Sequence));
            await pair.World.Delay(2 * _second);
            Assert.Equal(3, pair.Raw.Received.Count);
            Assert.Contains(next.Headers, header => header.Sequence == 0);
            Assert.False(change.IsCompleted);
            next.Send(pair.End, pair.Peer.Address, PacketFlags.State, 0, 2);
            await pair.RoundTripAsync();
            Assert.False(change.IsCompleted);
            next.Send(pair.End, pair.Peer.Address, PacketFlags.State, 0, 3);
            Assert.True(await change);
        });
    }

    [Fact]
    public void Old_remote_is_taken_until_the_new_one_has_been_heard_for_a_while()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var next = new RawPeer(pair.World.CreateHost("10.0.0.7"));
            await pair.End.Stream.ChangeRemoteAsync(pair.Peer.Socket, 4711, next.Address);
            await pair.World.Delay(100 * _second);
            pair.Send(PacketFlags.Data, 0, 0, [1]);
            await pair.RoundTripAsync();
            Assert.Equal(1, pair.End.Received);
            Assert.Empty(pair.Raw.Received);
            Assert.Equal(1u, Assert.Single(next.Headers).Acknowledgement);

            next.Send(pair.End, pair.Peer.Address, PacketFlags.Data, 2, 0, [3]);
            await pair.RoundTripAsync();
            pair.Send(PacketFlags.Destroy, 3, 0);
            pair.Send(PacketFlags.Data, 1, 0, [2]);
            await pair.RoundTripAsync();
            Assert.True(pair.End.Stream.IsOpen, "A relay that was left destroyed the stream.");
            Assert.Equal([1, 2, 3], pair.End.Data.ToArray());

            await pair.World.Delay(14 * _second);
            pair.Send(PacketFlags.Data, 3, 0, [4]);
            await pair.RoundTripAsync();
            Assert.Equal(3, pair.End.Received);
            next.Send(pair.End, pair.Peer.Address, PacketFlags.Destroy, 3, 0);
            await pair.End.Closed;
        });
        Assert.Equal(UdxException.ConnectionReset, pair.End.CloseCode);
    }

    [Fact]
    public void Forged_packets_never_move_a_stream_and_are_not_taken_during_a_change()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var next = new RawPeer(pair.World.CreateHost("10.0.0.7"));
            var forger = new RawPeer(pair.World.CreateHost("10.0.0.66"));
            pair.End.Write([1, 2, 3]);
            await pair.RoundTripAsync();
            var change = pair.End.Stream.ChangeRemoteAsync(pair.Peer.Socket, 4711, next.Address);
            foreach (var flags in new[] { PacketFlags.Data, PacketFlags.End, PacketFlags.Destroy, PacketFlags.State })
                forger.Send(pair.End, pair.Peer.Address, flags, 0, 1, [9]);
            await pair.RoundTripAsync();
            Assert.True(pair.End.Stream.IsOpen);
            Assert.False(change.IsCompleted || pair.End.HasEnded);
            Assert.Equal(0, pair.End.Received);

            pair.End.Stream.Firewall = (_, _, in from) => true;
            forger.Send(pair.End, pair.Peer.Address, PacketFlags.State, 0, 0);
            await pair.RoundTripAsync();
            Assert.Equal(next.Address, pair.End.Stream.RemoteAddress);
            Assert.Empty(forger.Received);
        });
    }

    [Fact]
    public void Round_trip_time_is_kept_for_another_port_and_forgotten_for_another_host()
    {
        var pair = new Pair(1, new LinkConditions { Delay = 0.02 * _second });
        pair.Run(async () =>
        {
            pair.A.Write(new byte[10_000]);
            await pair.B.ReceiveAsync(10_000);
            await pair.World.Delay(_second);
            var rtt = pair.A.Stream.Statistics.Rtt;
            Assert.NotEqual(TimeSpan.Zero, rtt);
            var socket = pair.PeerA.Socket;
            await pair.A.Stream.ChangeRemoteAsync(socket, Pair.IdB, pair.PeerB.Address.WithPort(4009));
            Assert.Equal(rtt, pair.A.Stream.Statistics.Rtt);
            await pair.A.Stream.ChangeRemoteAsync(socket, Pair.IdB, new UdpAddress(0x0a00_0009, 4000));
            Assert.Equal(TimeSpan.Zero, pair.A.Stream.Statistics.Rtt);
        });
    }

    [Fact]
    public void Change_that_is_overtaken_or_cut_short_says_false()
    {
        var pair = new RawPair();
        pair.Run(async () =>
        {
            var stream = pair.End.Stream;
            pair.End.Write([1]);
            await pair.RoundTripAsync();
            var first = stream.ChangeRemoteAsync(pair.Peer.Socket, 5, new UdpAddress(0x0a00_0009, 1));
            var second = stream.ChangeRemoteAsync(pair.Peer.Socket, 6, new UdpAddress(0x0a00_0009, 2));
            Assert.False(await first);
            Assert.False(second.IsCompleted);
            stream.Destroy();
            Assert.False(await second);
            Assert.False(await stream.ChangeRemoteAsync(pair.Peer.Socket, 7, new UdpAddress(0x0a00_0009, 3)));
        });
    }

    [Fact]
    public void Misuse_is_refused()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            var address = pair.PeerB.Address;
            var stray = pair.PeerA.Node.CreateStream();
            var closed = pair.PeerA.OpenSocket(4001);
            closed.Dispose();
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                stray.ChangeRemoteAsync(pair.PeerA.Socket, 1, address)
            );
            await Assert.ThrowsAsync<ArgumentException>(() =>
                pair.A.Stream.ChangeRemoteAsync(pair.PeerB.Socket, 1, address)
            );
            await Assert.ThrowsAsync<ArgumentException>(() => pair.A.Stream.ChangeRemoteAsync(closed, 1, address));
            await Assert.ThrowsAsync<ArgumentException>(() =>
                pair.A.Stream.ChangeRemoteAsync(pair.PeerA.Socket, 1, address.WithPort(0))
            );
            Assert.Equal(address, pair.A.Stream.RemoteAddress);
        });
    }

    /// <summary>Passes on what comes to a port, from that port.</summary>
    private sealed class Router : IDatagramHandler, IDisposable
    {
        private readonly IDatagramSocket _socket;
        private readonly UdpAddress _to;

        public Router(SimulatedHost host, ushort port, UdpAddress to)
        {
            _to = to;
            _socket = host.OpenSocket(new DatagramSocketOptions { Port = port }, this);
        }

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
            _socket.Send(datagram, _to);

        public void Dispose() => _socket.Dispose();
    }
}
