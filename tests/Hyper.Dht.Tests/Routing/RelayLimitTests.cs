using System.Net;
using Hyper.Crypto;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Messages;
using Hyper.Dht.Tests.Serving;
using Hyper.Dht.Tests.Simulation;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Routing;

/// <summary>What a node passes on for strangers.</summary>
public sealed class RelayLimitTests
{
    private static readonly int[] _noiseBytes = [1, 47, 48, 96, 150, 1000, 1300, 1360];
    private static readonly UdpAddress _victim = new(0x0B00_0001, 53);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Messages_of_one_network_or_to_one_host_are_bounded_and_peers_still_meet(bool isOneSource) =>
        Run(async world =>
        {
            var relay = world.Nodes[2];
            var (sent, datagrams) = (new List<int>(), 0);
            Watch(world, relay, bytes => sent.Add(bytes));
            for (uint i = 0; i < 5000; i++)
            {
                var from = new UdpAddress(isOneSource ? 0x0C00_0001u + (i % 200) : 0x0C00_0001u + (i << 8), 9);
                // One source floods many, many flood one.
                var to = isOneSource ? new UdpAddress(_victim.IPv4Host + i, 53) : _victim;
                relay.Receive(Handshake(RouteMode.FromClient, 150, to, null), from);
                datagrams++;
            }
            Assert.Equal(RelayLimiter.Burst, sent.Count);
            Assert.Equal(datagrams - RelayLimiter.Burst, relay.ForwardsLimited);

            var server = await world.CreatePeerAsync(isFirewalled: true);
            var client = await world.CreatePeerAsync(isFirewalled: true);
            var listener = server.CreateServer(EchoHandler.Serve);
            await listener.ListenAsync();
            var stream = await client.ConnectAsync(listener.PublicKey);
            Assert.Equal("met", await Inbox.AskAsync(stream, "met"));
        });

    [Fact]
    public void Messages_from_everywhere_to_everywhere_are_bounded_in_all() =>
        Run(world =>
        {
            var relay = world.Nodes[2];
            var sent = 0;
            Watch(world, relay, _ => sent++);
            for (uint i = 0; i < 20_000; i++)
            {
                var to = new UdpAddress(_victim.IPv4Host + (i << 4), 53);
                relay.Receive(
                    Handshake(RouteMode.FromServer, 150, null, to),
                    new UdpAddress(0x0C00_0001u + (i << 8), 9)
                );
            }
            Assert.Equal(RelayLimiter.BurstInAll, sent);
            return Task.CompletedTask;
        });

    [Fact]
    public void One_datagram_comes_out_for_one_and_is_little_longer() =>
        Run(world =>
        {
            var relay = world.Nodes[2];
            var sent = new List<int>();
            Watch(world, relay, sent.Add);
            var inputs = 0;
            foreach (var noise in _noiseBytes)
            {
                foreach (var mode in Enum.GetValues<RouteMode>())
                {
                    var request = Handshake(mode, noise, mode == RouteMode.FromClient ? _victim : null, _victim);
                    var before = sent.Count;
                    relay.Receive(request, new UdpAddress(0x0C00_0001u + ((uint)inputs++ << 8), 9));
                    Assert.InRange(sent.Count - before, 0, 1);
                    // Our id and the address of the sender.
                    if (sent.Count > before)
                        Assert.InRange(sent[^1] - request.Length, -100, 32 + 6);
                    // What is no Noise message is not passed on at all.
                    if (noise < 48)
                        Assert.Equal(before, sent.Count);
                }
            }
            Assert.NotEmpty(sent);
            return Task.CompletedTask;
        });

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    public void Stranger_does_not_reach_this_machine_or_nobody_through_us(string host) =>
        Run(world =>
        {
            var relay = world.Nodes[2];
            var sent = 0;
            Watch(world, relay, _ => sent++);
            var to = new UdpAddress(IPAddress.Parse(host), 631);
            var from = new UdpAddress(0x0C00_0001, 9);
            relay.Receive(Handshake(RouteMode.FromClient, 150, to, null), from);
            relay.Receive(Handshake(RouteMode.FromServer, 150, null, to), from);
            relay.Receive(Holepunch(RouteMode.FromClient, to), from);
            relay.Receive(Holepunch(RouteMode.FromServer, to), from);
            Assert.Equal(0, sent);
            Assert.Equal(4, relay.ForwardsLimited);
            // Another address is reached by all four.
            relay.Receive(Handshake(RouteMode.FromClient, 150, _victim, null), from);
            relay.Receive(Handshake(RouteMode.FromServer, 150, null, _victim), from);
            relay.Receive(Holepunch(RouteMode.FromClient, _victim), from);
            relay.Receive(Holepunch(RouteMode.FromServer, _victim), from);
            Assert.Equal(4, sent);
            return Task.CompletedTask;
        });

    private static void Watch(SimulatedDht world, HyperDht relay, Action<int> onSent)
    {
        var own = relay.Rpc.RemoteAddress!.Value;
        var drop = world.World.Drop!;
        var isWatching = true;
        world.World.Drop = (from, to, datagram) =>
        {
            if (isWatching && from == own)
                onSent(datagram.Length);
            return drop(from, to, datagram);
        };
        // Only what is sent in this very turn.
        relay.Loop.Post(_ => isWatching = false, null);
    }

    private static byte[] Handshake(RouteMode mode, int noiseBytes, UdpAddress? relay, UdpAddress? peer) =>
        RawRequest.Encode(
            HyperDhtCommand.PeerHandshake,
            PeerHandshakeCodec.Encode(
                new PeerHandshake
                {
                    Mode = mode,
                    Noise = new byte[noiseBytes],
                    PeerAddress = peer,
                    RelayAddress = relay,
                }
            ),
            Blake2b.Hash("nobody"u8)
        );

    private static byte[] Holepunch(RouteMode mode, UdpAddress peer)
    {
        var message = new PeerHolepunch
        {
            Mode = mode,
            Id = 0,
            Payload = new byte[60],
            PeerAddress = peer,
        };
        var value = new byte[PeerHolepunchCodec.GetSize(message)];
        var writer = new Hyper.Encoding.CompactWriter(value);
        PeerHolepunchCodec.Write(ref writer, message);
        return RawRequest.Encode(HyperDhtCommand.PeerHolepunch, value, Blake2b.Hash("nobody"u8));
    }

    private static void Run(Func<SimulatedDht, Task> body) => SimulatedDht.Run(8, body);
}
