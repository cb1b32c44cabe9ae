using Hyper.Loop;
using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class RelayTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.03)]
    public void Relay_carries_both_directions_and_the_end(double loss)
    {
        var relayed = new Relayed(new LinkConditions { Loss = loss });
        var (toB, toA) = (StreamEnd.RandomBytes(1, 2_000_000), StreamEnd.RandomBytes(2, 2_000_000));
        relayed.Run(async () =>
        {
            // B's leg knows no address before B has sent, as in a blind relay; A's packets until then are repeated.
            var writing = relayed.A.WriteAllAsync(toB);
            await relayed.World.Delay(0.1 * _second);
            Assert.Equal(0, relayed.B.Received);
            Assert.True(relayed.X.Statistics.PacketsDropped > 0);
            await relayed.B.WriteAllAsync(toA);
            await writing;
            relayed.A.Stream.End();
            relayed.B.Stream.End();
            Assert.Null(await relayed.A.Closed);
            Assert.Null(await relayed.B.Closed);
            Assert.Equal(0, relayed.PeerR.Node.Buffers.ChunksInUse + relayed.PeerR.Node.Buffers.PacketsInUse);
            Assert.InRange(relayed.X.Statistics.BytesForwarded, toB.Length, 2 * toB.Length);
            Assert.InRange(relayed.X.Statistics.PacketsForwarded, toB.Length / 1452, 4 * toB.Length / 1152);
        });
        Assert.Equal(toB, relayed.B.Data.ToArray());
        Assert.Equal(toA, relayed.A.Data.ToArray());
    }

    [Fact]
    public void Packet_is_forwarded_with_nothing_changed_but_the_id()
    {
        var relayed = new RawRelayed();
        relayed.Run(async () =>
        {
            relayed.B.SendRaw(Packet(PacketFlags.State, Relayed.IdY, 0, []), relayed.Relay);
            await relayed.World.Delay(0.01 * _second);
            var packet = Packet((PacketFlags)0xc1, Relayed.IdX, 5, [1, 2, 3, 4]);
            packet[3] = 2;
            relayed.A.SendRaw(packet, relayed.Relay);
            relayed.A.SendRaw(Packet(PacketFlags.Message, Relayed.IdX, 5, []), relayed.Relay);
            await relayed.World.Delay(0.01 * _second);
            Assert.Equal(2, relayed.B.Received.Count);
            PacketCodec.WriteStreamId(packet, Relayed.IdB);
            Assert.Equal(packet, relayed.B.Received[0]);
            Assert.Empty(relayed.A.Received);
        });
    }

    [Fact]
    public void Destroy_is_passed_on_and_closes_both_legs()
    {
        var relayed = new Relayed();
        relayed.Run(async () =>
        {
            await relayed.GreetAsync();
            relayed.A.Stream.Destroy();
            await relayed.B.Closed;
            Assert.Equal(UdxException.ConnectionReset, relayed.B.CloseCode);
            Assert.Equal(UdxException.ConnectionReset, ((UdxException)(await relayed.EndX.Closed)!).Code);
            Assert.Null(await relayed.EndY.Closed);
            Assert.Equal(0, relayed.PeerR.Node.RelayLegCount);
            await relayed.World.Delay(30 * _second);
            Assert.Equal(0, relayed.PeerR.Node.StreamCount);
        });
    }

    [Fact]
    public void Destroy_lost_behind_the_relay_is_repeated_to_whoever_still_sends()
    {
        var relayed = new Relayed();
        var lost = 0;
        relayed.World.Drop = (from, _, bytes) =>
            from == relayed.Relay && RawPeer.HeaderOf(bytes.ToArray()).Flags == PacketFlags.Destroy && lost++ == 0;
        relayed.Run(async () =>
        {
            await relayed.GreetAsync();
            relayed.A.Stream.Destroy();
            await relayed.EndX.Closed;
            await relayed.World.Delay(0.1 * _second);
            Assert.False(relayed.B.HasClosed);
            relayed.B.Write("anybody?"u8);
            await relayed.B.Closed;
            Assert.Equal(UdxException.ConnectionReset, relayed.B.CloseCode);
        });
        Assert.True(lost > 1, "The first was lost, a later one arrived.");
    }

    [Fact]
    public void Closing_a_leg_closes_its_partner_and_tells_the_ends_nothing()
    {
        var relayed = new Relayed();
        relayed.Run(async () =>
        {
            await relayed.GreetAsync();
            await relayed.World.Delay(_second);
            var sent = relayed.PeerR.Socket.Statistics.Sent;
            relayed.Y.Destroy();
            Assert.Null(await relayed.EndX.Closed);
            Assert.Null(await relayed.EndY.Closed);
            await relayed.World.Delay(_second);
            Assert.Equal(sent, relayed.PeerR.Socket.Statistics.Sent);
            Assert.True(relayed.A.Stream.IsOpen && relayed.B.Stream.IsOpen);
            Assert.Equal((0, 0), (relayed.PeerR.Node.StreamCount, relayed.PeerR.Node.RelayLegCount));
        });
    }

    [Fact]
    public void Ends_move_to_a_direct_path_and_the_idle_legs_go_away()
    {
        var relayed = new Relayed(new LinkConditions { Delay = 0.01 * _second });
        var bytes = StreamEnd.RandomBytes(1, 3_000_000);
        relayed.Run(async () =>
        {
            await relayed.GreetAsync();
            var (a, b) = (relayed.A.Stream, relayed.B.Stream);
            var writing = Task.WhenAll(relayed.A.WriteAllAsync(bytes), relayed.B.WriteAllAsync(bytes));
            await relayed.B.ReceiveAsync(500_000);
            var moves = Task.WhenAll(
                a.ChangeRemoteAsync(relayed.PeerA.Socket, Relayed.IdB, relayed.PeerB.Address),
                b.ChangeRemoteAsync(relayed.PeerB.Socket, Relayed.IdA, relayed.PeerA.Address)
            );
            Assert.All(await moves, Assert.True);
            var forwarded = relayed.X.Statistics.PacketsForwarded;
            await writing;
            Assert.Equal(forwarded, relayed.X.Statistics.PacketsForwarded);
            await relayed.EndX.Closed;
            await relayed.EndY.Closed;
            var codes = new[] { relayed.EndX.CloseCode, relayed.EndY.CloseCode };
            Assert.Single(codes, UdxException.TimedOut);
            Assert.True(a.IsOpen && b.IsOpen, "The relay's end broke the direct path.");
            Assert.Equal(0, relayed.PeerR.Node.StreamCount);
        });
        Assert.Equal(bytes, relayed.B.Data.ToArray()[Relayed.GreetingBytes..]);
        Assert.Equal(bytes, relayed.A.Data.ToArray()[Relayed.GreetingBytes..]);
    }

    [Fact]
    public void Foreign_packets_are_not_relayed_and_do_not_destroy()
    {
        var relayed = new RawRelayed();
        relayed.Run(async () =>
        {
            relayed.A.SendRaw(Packet(PacketFlags.State, Relayed.IdX, 100, []), relayed.Relay);
            relayed.B.SendRaw(Packet(PacketFlags.State, Relayed.IdY, 0, []), relayed.Relay);
            await relayed.World.Delay(0.01 * _second);
            relayed.A.Received.Clear();
            var stranger = new RawPeer(relayed.World.CreateHost("10.0.0.66"));
            stranger.SendRaw(Packet(PacketFlags.Data, Relayed.IdX, 100, [1]), relayed.Relay);
            stranger.SendRaw(Packet(PacketFlags.Destroy, Relayed.IdX, 100, []), relayed.Relay);
            relayed.A.SendRaw(Packet(PacketFlags.Destroy, Relayed.IdX, 500_000, []), relayed.Relay);
            relayed.A.SendRaw([.. Packet(PacketFlags.Data, Relayed.IdX, 100, []).AsSpan(0, 3), 9, 0, 0], relayed.Relay);
            var lying = Packet(PacketFlags.Data, Relayed.IdX, 100, [1, 2]);
            lying[3] = 3;
            relayed.A.SendRaw(lying, relayed.Relay);
            await relayed.World.Delay(0.01 * _second);
            Assert.Empty(relayed.B.Received);
            Assert.True(relayed.X.IsOpen && relayed.Y.IsOpen);
            // The very first of A's met a leg that was not connected yet.
            Assert.Equal(5, relayed.X.Statistics.PacketsDropped);
            relayed.A.SendRaw(Packet(PacketFlags.Destroy, Relayed.IdX, 101, []), relayed.Relay);
            await relayed.World.Delay(0.01 * _second);
            Assert.False(relayed.X.IsOpen || relayed.Y.IsOpen);
        });
    }

    [Fact]
    public void Legs_are_bounded_and_misuse_is_refused()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.5");
        world.Run(() =>
        {
            var node = new Peer(host, new UdxOptions { MaxRelayLegs = 2 }).Node;
            var (x, y, z) = (node.CreateStream(), node.CreateStream(), node.CreateStream());
            Assert.True(x.RelayTo(y) && y.RelayTo(x));
            Assert.False(z.RelayTo(x));
            Assert.Throws<InvalidOperationException>(() => x.RelayTo(z));
            Assert.Throws<ArgumentException>(() => z.RelayTo(z));
            x.GetSpan(5)[..5].Clear();
            x.Advance(5);
            Assert.True(x.Flush());
            Assert.False(x.TrySendMessage([1]));
            x.End();
            x.Destroy();
            Assert.False(y.IsOpen);
            Assert.False(z.RelayTo(y));
            Assert.Equal((0, 1, 0), (node.RelayLegCount, node.StreamCount, node.Buffers.ChunksInUse));
            return Task.CompletedTask;
        });
        Assert.Equal(0, world.ArmedTimers);
    }

    [Fact]
    public void Stream_whose_last_leg_has_gone_is_an_ordinary_one_again()
    {
        var pair = new Pair(1);
        pair.Run(async () =>
        {
            var leg = pair.PeerA.Node.CreateStream();
            Assert.True(leg.RelayTo(pair.A.Stream));
            leg.Destroy();
            Assert.Equal(0, pair.PeerA.Node.RelayLegCount);
            pair.A.Write([1, 2]);
            await pair.B.ReceiveAsync(2);
            pair.A.Stream.Destroy();
            await pair.B.Closed;
            Assert.Equal(UdxException.ConnectionReset, pair.B.CloseCode);
            await pair.AssertNothingLeftAsync();
        });
    }

    [Fact]
    public void Forwarding_allocates_nothing_per_packet()
    {
        var relayed = new RawRelayed();
        relayed.Run(async () =>
        {
            relayed.B.SendRaw(Packet(PacketFlags.State, Relayed.IdY, 0, []), relayed.Relay);
            await relayed.World.Delay(0.01 * _second);
            relayed.B.KeepsPackets = false;
            var packet = Packet(PacketFlags.Data, Relayed.IdX, 1, new byte[1000]);
            await PumpAsync();
            var before = GC.GetAllocatedBytesForCurrentThread();
            await PumpAsync();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(20_000, relayed.X.Statistics.PacketsForwarded);
            // Timers and tasks of the test itself.
            Assert.True(allocated < 100_000, $"{allocated} bytes for 10,000 packets.");

            async Task PumpAsync()
            {
                for (var i = 0; i < 100; i++)
                {
                    for (var j = 0; j < 100; j++)
                        relayed.A.SendRaw(packet, relayed.Relay);
                    await relayed.World.Delay(0.003 * _second);
                }
            }
        });
    }

    private static byte[] Packet(PacketFlags flags, uint id, uint sequence, byte[] payload)
    {
        var packet = new byte[PacketHeader.Bytes + payload.Length];
        PacketCodec.WriteHeader(packet, new PacketHeader(flags, 0, id, 4 << 20, sequence, 0));
        payload.CopyTo(packet, PacketHeader.Bytes);
        return packet;
    }

    /// <summary>A relay host with two linked legs that connect to whoever sends first.</summary>
    private abstract class RelayWorld
    {
        public const uint IdX = 0x0000_1111;
        public const uint IdY = 0x0000_2222;
        public const uint IdA = 0x0000_0a0a;
        public const uint IdB = 0x0000_0b0b;

        protected RelayWorld(LinkConditions? conditions)
        {
            World = new SimulatedWorld(1) { Conditions = conditions ?? LinkConditions.Clean };
            HostA = World.CreateHost("10.0.0.1");
            HostB = World.CreateHost("10.0.0.2");
            HostR = World.CreateHost("10.0.0.3");
            Relay = new UdpAddress(HostR.Address, 4000);
        }

        public SimulatedWorld World { get; }

        public UdpAddress Relay { get; }

        public Peer PeerR { get; private set; } = null!;

        public StreamEnd EndX { get; private set; } = null!;

        public StreamEnd EndY { get; private set; } = null!;

        public UdxStream X => EndX.Stream;

        public UdxStream Y => EndY.Stream;

        protected SimulatedHost HostA { get; }

        protected SimulatedHost HostB { get; }

        private SimulatedHost HostR { get; }

        public void Run(Func<Task> body) =>
            World.Run(() =>
            {
                PeerR = new Peer(HostR);
                EndX = PeerR.CreateStream(IdX, ConnectTo(IdA));
                EndY = PeerR.CreateStream(IdY, ConnectTo(IdB));
                Assert.True(X.RelayTo(Y) && Y.RelayTo(X));
                OpenEnds();
                return body();
            });

        protected abstract void OpenEnds();

        private static UdxFirewall ConnectTo(uint remoteId) =>
            (stream, socket, in from) =>
            {
                if (stream.IsConnected)
                    return false;
                stream.Connect(socket, remoteId, from);
                return true;
            };
    }

    /// <summary>Two streams of ours that meet at the relay.</summary>
    private sealed class Relayed(LinkConditions? conditions = null) : RelayWorld(conditions)
    {
        public const int GreetingBytes = 5;

        public Peer PeerA { get; private set; } = null!;

        public Peer PeerB { get; private set; } = null!;

        public StreamEnd A { get; private set; } = null!;

        public StreamEnd B { get; private set; } = null!;

        /// <summary>Lets each end speak, so that both legs are connected.</summary>
        public async Task GreetAsync()
        {
            B.Write(new byte[GreetingBytes]);
            await World.Delay(TimeSpan.FromMilliseconds(50));
            A.Write(new byte[GreetingBytes]);
            await A.ReceiveAsync(GreetingBytes);
            await B.ReceiveAsync(GreetingBytes);
        }

        protected override void OpenEnds()
        {
            (PeerA, PeerB) = (new Peer(HostA), new Peer(HostB));
            (A, B) = (PeerA.CreateStream(IdA), PeerB.CreateStream(IdB));
            A.Stream.Connect(PeerA.Socket, IdX, Relay);
            B.Stream.Connect(PeerB.Socket, IdY, Relay);
        }
    }

    /// <summary>Two hosts that send packets of their own making to the relay.</summary>
    private sealed class RawRelayed() : RelayWorld(null)
    {
        public RawPeer A { get; private set; } = null!;

        public RawPeer B { get; private set; } = null!;

        protected override void OpenEnds() => (A, B) = (new RawPeer(HostA), new RawPeer(HostB));
    }
}
