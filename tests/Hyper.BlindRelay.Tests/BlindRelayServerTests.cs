using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.Udx;
using TestKit;

namespace Hyper.BlindRelay.Tests;

public sealed class BlindRelayServerTests
{
    private static readonly Bytes32 _token = Key(7);

    [Fact]
    public void Two_ends_with_one_token_are_joined_and_a_third_is_not() =>
        Run(
            async (lab, relay) =>
            {
                var (a, b, c) = (lab.CreateEnd(1), lab.CreateEnd(2), lab.CreateEnd(3));
                var first = a.Client.PairAsync(isInitiator: true, _token, a.Stream.Id);
                var second = b.Client.PairAsync(isInitiator: false, _token, b.Stream.Id);
                a.Connect(await first);
                b.Connect(await second);
                // Too late: it waits for an end of its own.
                _ = c.Client.PairAsync(isInitiator: true, _token, c.Stream.Id);

                a.Stream.TrySendMessage([1]);
                b.Stream.TrySendMessage([2]);
                await lab.World.Delay(TimeSpan.FromMilliseconds(100));
                a.Stream.TrySendMessage([3]);
                await lab.World.Delay(TimeSpan.FromMilliseconds(100));
                Assert.Contains((byte)3, b.Messages);
                Assert.Equal((1L, 1), (relay.Statistics.Matched, relay.Statistics.Active));

                a.Client.Close();
                await lab.World.Delay(TimeSpan.FromMilliseconds(100));
                Assert.Equal((0, 1), (relay.Statistics.Active, relay.Statistics.Pending));
            }
        );

    [Fact]
    public void A_packet_from_another_host_does_not_take_the_place_of_an_end() =>
        Run(
            async (lab, relay) =>
            {
                var (a, b, stranger) = (lab.CreateEnd(1), lab.CreateEnd(2), lab.CreateEnd(3));
                var first = a.Client.PairAsync(isInitiator: true, _token, a.Stream.Id);
                var second = b.Client.PairAsync(isInitiator: false, _token, b.Stream.Id);
                var (legOfA, legOfB) = (await first, await second);
                stranger.Connect(legOfA);
                stranger.Stream.TrySendMessage([9]);
                b.Connect(legOfB);
                b.Stream.TrySendMessage([2]);
                await lab.World.Delay(TimeSpan.FromMilliseconds(100));
                b.Stream.TrySendMessage([3]);
                await lab.World.Delay(TimeSpan.FromMilliseconds(100));
                Assert.Empty(stranger.Messages);
                Assert.Empty(b.Messages);
            }
        );

    [Fact]
    public void An_end_that_stays_alone_is_forgotten_and_a_stranger_cannot_call_it_off() =>
        Run(
            async (lab, relay) =>
            {
                var (a, b) = (lab.CreateEnd(1), lab.CreateEnd(2));
                _ = a.Client.PairAsync(isInitiator: true, _token, a.Stream.Id);
                b.Client.Unpair(_token);
                await lab.World.Delay(TimeSpan.FromSeconds(1));
                Assert.Equal(1, relay.Statistics.Pending);
                await lab.World.Delay(TimeSpan.FromSeconds(40));
                Assert.Equal((0, 1L), (relay.Statistics.Pending, relay.Statistics.Expired));
            }
        );

    [Fact]
    public void A_pair_with_a_silent_end_is_ended() =>
        Run(
            async (lab, relay) =>
            {
                var (a, b) = (lab.CreateEnd(1), lab.CreateEnd(2));
                var first = a.Client.PairAsync(isInitiator: true, _token, a.Stream.Id);
                var second = b.Client.PairAsync(isInitiator: false, _token, b.Stream.Id);
                a.Connect(await first);
                await second;
                for (var i = 0; i < 20; i++)
                {
                    a.Stream.TrySendMessage([1]);
                    await lab.World.Delay(TimeSpan.FromSeconds(5));
                }
                Assert.Equal((0, 1L), (relay.Statistics.Active, relay.Statistics.Idled));
                Assert.Equal(0, lab.RelayNode.RelayLegCount);
            }
        );

    [Fact]
    public void Ends_beyond_the_limits_get_no_answer() =>
        Run(
            async (lab, relay) =>
            {
                var (a, b) = (lab.CreateEnd(1), lab.CreateEnd(2));
                for (byte i = 0; i < 5; i++)
                    _ = a.Client.PairAsync(isInitiator: true, Key((byte)(100 + i)), a.Stream.Id);
                await lab.World.Delay(TimeSpan.FromSeconds(1));
                Assert.Equal((2, 3L), (relay.Statistics.Pending, relay.Statistics.Refused));
                _ = b.Client.PairAsync(isInitiator: true, Key(200), b.Stream.Id);
                _ = b.Client.PairAsync(isInitiator: true, Key(201), b.Stream.Id);
                await lab.World.Delay(TimeSpan.FromSeconds(1));
                Assert.Equal((3, 4L), (relay.Statistics.Pending, relay.Statistics.Refused));
            },
            new BlindRelayServerOptions { MaxPerPeer = 2, MaxPending = 3 }
        );

    [Fact]
    public void Clients_that_want_nothing_are_closed_and_give_way_to_others() =>
        Run(
            async (lab, relay) =>
            {
                var busy = lab.CreateEnd(1);
                _ = busy.Client.PairAsync(isInitiator: true, _token, busy.Stream.Id);
                var idle = lab.CreateEnd(2);
                await lab.World.Delay(TimeSpan.FromSeconds(1));
                // As many as may be, and nobody has had its time.
                Assert.False(lab.TryCreateEnd(3, out _));
                Assert.Equal((2, 1L), (relay.Statistics.Sessions, relay.Statistics.SessionsRefused));

                await lab.World.Delay(TimeSpan.FromSeconds(5));
                Assert.True(lab.TryCreateEnd(4, out var next));
                await lab.World.Delay(TimeSpan.FromSeconds(1));
                Assert.True(idle.Client.IsClosed);
                Assert.Equal(1, lab.ClosedConnections);
                Assert.False(busy.Client.IsClosed);

                await lab.World.Delay(TimeSpan.FromMinutes(3));
                Assert.True(next.Client.IsClosed);
                // Its end has expired, and then it wanted nothing more.
                Assert.True(busy.Client.IsClosed);
                Assert.Equal((0, 3L), (relay.Statistics.Sessions, relay.Statistics.SessionsIdled));
                Assert.Equal(3, lab.ClosedConnections);
            },
            new BlindRelayServerOptions { MaxSessions = 2 }
        );

    [Fact]
    public void Clients_of_one_network_beyond_its_limit_are_turned_away() =>
        Run(
            async (lab, relay) =>
            {
                for (byte i = 1; i <= 3; i++)
                    lab.CreateEnd(i);
                Assert.False(lab.TryCreateEnd(4, out _));
                await lab.World.Delay(TimeSpan.FromSeconds(6));
                Assert.False(lab.TryCreateEnd(5, out _));
                Assert.Equal((3, 2L), (relay.Statistics.Sessions, relay.Statistics.SessionsRefused));
            },
            new BlindRelayServerOptions { MaxSessionsPerNetwork = 3 }
        );

    [Fact]
    public void Ends_that_wait_in_one_network_do_not_keep_others_out() =>
        Run(
            async (lab, relay) =>
            {
                var (crowd, few, late) = (lab.CreateEnd(1), lab.CreateEnd(2, network: 1), lab.CreateEnd(3, network: 2));
                for (byte i = 0; i < 4; i++)
                    Wait(crowd, (byte)(100 + i));
                Wait(few, 200);
                await PauseAsync();
                Assert.Equal((5, 0L), (relay.Statistics.Pending, relay.Statistics.Refused));

                // As many as may: the oldest of the crowd makes room, until that has no more than the others.
                Wait(late, 210);
                Wait(few, 201);
                await PauseAsync();
                Assert.Equal((5, 2L), (relay.Statistics.Pending, relay.Statistics.Displaced));
                Wait(few, 202);
                Wait(crowd, 104);
                await PauseAsync();
                Assert.Equal((2L, 2L), (relay.Statistics.Refused, relay.Statistics.Displaced));
                Wait(late, 211);
                await PauseAsync();
                Assert.Equal((5, 2L), (relay.Statistics.Pending, relay.Statistics.Displaced));

                // Those that made room are gone, the others are still there.
                var other = lab.CreateEnd(4, network: 3);
                foreach (byte token in (ReadOnlySpan<byte>)[102, 103, 200, 201, 210])
                    _ = other.Client.PairAsync(isInitiator: false, Key(token), other.Stream.Id);
                await PauseAsync();
                Assert.Equal((5L, 0), (relay.Statistics.Matched, relay.Statistics.Pending));

                void Wait(End end, byte token) =>
                    _ = end.Client.PairAsync(isInitiator: true, Key(token), end.Stream.Id);
                Task PauseAsync() => lab.World.Delay(TimeSpan.FromMilliseconds(100));
            },
            new BlindRelayServerOptions { MaxPending = 5 }
        );

    private static Bytes32 Key(byte fill) => new(Enumerable.Repeat(fill, 32).ToArray());

    private static void Run(Func<Lab, BlindRelayServer, Task> body, BlindRelayServerOptions? options = null)
    {
        var world = new SimulatedWorld(1);
        world.Run(async () =>
        {
            var lab = new Lab(world);
            var relay = new BlindRelayServer(lab.RelayNode, options);
            lab.Relay = relay;
            await body(lab, relay);
            relay.Dispose();
        });
    }

    private sealed class Lab
    {
        private readonly UdxSocket _relaySocket;

        public Lab(SimulatedWorld world)
        {
            World = world;
            RelayNode = new UdxNode(world.CreateHost("10.0.0.1"));
            _relaySocket = RelayNode.CreateSocket(new DatagramSocketOptions { Port = 1000 }, new Deaf());
        }

        public SimulatedWorld World { get; }

        public UdxNode RelayNode { get; }

        public BlindRelayServer Relay { get; set; } = null!;

        public int ClosedConnections { get; private set; }

        public End CreateEnd(byte number, byte network = 0)
        {
            Assert.True(TryCreateEnd(number, out var end, network));
            return end;
        }

        public bool TryCreateEnd(byte number, out End end, byte network = 0)
        {
            var host = World.CreateHost($"10.0.{network}.{number + 1}");
            var address = new UdpAddress(host.Address, 2000);
            // The connection to the relay: its messages by a pipe, its place by a stream that carries nothing.
            var transport = RelayNode.CreateStream();
            transport.Connect(_relaySocket, 1, address);
            var (left, right) = MessagePipe.Create(host);
            var isServed = Relay.Accept(new Protomux(right), Key(number), transport, () => ClosedConnections++);
            var node = new UdxNode(host);
            var socket = node.CreateSocket(new DatagramSocketOptions { Port = 2000 }, new Deaf());
            end = new End(node, socket, new BlindRelayClient(new Protomux(left), Key(number)));
            return isServed;
        }
    }

    private sealed class End : IByteDuplexHandler
    {
        private readonly UdxSocket _socket;

        public End(UdxNode node, UdxSocket socket, BlindRelayClient client)
        {
            _socket = socket;
            Client = client;
            Stream = node.CreateStream();
            Stream.Start(this);
        }

        public BlindRelayClient Client { get; }

        public UdxStream Stream { get; }

        public List<byte> Messages { get; } = [];

        public void Connect(uint relayStreamId) =>
            Stream.Connect(_socket, relayStreamId, new UdpAddress(0x0A00_0001, 1000));

        public void OnData(ReadOnlySpan<byte> data) { }

        public void OnMessage(ReadOnlySpan<byte> message) => Messages.AddRange(message.ToArray());

        public void OnEnd() { }

        public void OnDrain() { }

        public void OnClose(Exception? error) { }
    }

    private sealed class Deaf : IUdxSocketHandler
    {
        public void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
