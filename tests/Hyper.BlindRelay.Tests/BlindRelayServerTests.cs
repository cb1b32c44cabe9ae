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

        public End CreateEnd(byte number)
        {
            var host = World.CreateHost($"10.0.0.{number + 1}");
            var address = new UdpAddress(host.Address, 2000);
            // The connection to the relay: its messages by a pipe, its place by a stream that carries nothing.
            var transport = RelayNode.CreateStream();
            transport.Connect(_relaySocket, 1, address);
            var (left, right) = MessagePipe.Create(host);
            Relay.Accept(new Protomux(right), Key(number), transport);
            var node = new UdxNode(host);
            var socket = node.CreateSocket(new DatagramSocketOptions { Port = 2000 }, new Deaf());
            return new End(node, socket, new BlindRelayClient(new Protomux(left), Key(number)));
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
