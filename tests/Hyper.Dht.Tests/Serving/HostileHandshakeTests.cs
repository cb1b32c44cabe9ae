using System.Net;
using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Dht.Tests.Simulation;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Serving;

public sealed class HostileHandshakeTests
{
    [Fact]
    public void OnHandshake_garbage_is_silent_and_leaves_nothing() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                using var good = client.CreateNoise(RawClient.GoodPayload);
                var zeroEphemeral = (byte[])good.Message.Clone();
                zeroEphemeral.AsSpan(0, 32).Clear();
                var flipped = (byte[])good.Message.Clone();
                flipped[^1] ^= 1;
                byte[][] messages =
                [
                    new byte[1],
                    new byte[96],
                    new byte[200],
                    zeroEphemeral,
                    flipped,
                    good.Message[..95],
                ];

                foreach (var message in messages)
                {
                    Assert.Null(await client.SendAsync(message, address));
                    Assert.Null(await client.SendAsync(message, address));
                }

                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal(messages.Length, listener.Statistics.Malformed);
                Assert.NotNull(await client.SendAsync(good.Message, address));
            }
        );

    [Theory]
    [InlineData(2u, true, HandshakeError.VersionMismatch)]
    [InlineData(1u, false, HandshakeError.Aborted)]
    public void OnHandshake_unusable_payload_is_answered_with_an_error(uint version, bool hasUdx, object error) =>
        RunServer(
            async (world, listener, address, client) =>
            {
                var payload = RawClient.GoodPayload with { Version = version };
                using var noise = client.CreateNoise(hasUdx ? payload : payload with { Udx = null });

                var reply = await client.SendAsync(noise.Message, address);

                Assert.True(noise.TryRead(reply, out var answer, out var session));
                session!.Dispose();
                Assert.Equal((HandshakeError)error, answer.Error);
                Assert.Equal(0, listener.Dht.OpenResources.Streams);
                await world.World.Delay(TimeSpan.FromSeconds(11));
                Assert.Equal(0, listener.HandshakeCount);
            }
        );

    [Fact]
    public void OnHandshake_IPv6_addresses_in_the_payload_change_nothing() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                UdpAddress[] addresses6 =
                [
                    new(IPAddress.Parse("2001:db8::1"), 7),
                    new(IPAddress.IPv6Loopback, 0),
                    new(IPAddress.Parse("::ffff:127.0.0.1"), 9),
                ];
                using var noise = client.CreateNoise(RawClient.GoodPayload with { Addresses6 = addresses6 });
                var sentTo = new HashSet<UdpAddress>();
                var drop = world.World.Drop!;
                world.World.Drop = (from, to, datagram) =>
                {
                    if (from == address)
                        sentTo.Add(to);
                    return drop(from, to, datagram);
                };
                var reply = await client.SendAsync(noise.Message, address);
                Assert.True(noise.TryRead(reply, out var answer, out var session));
                session!.Dispose();
                Assert.Equal(HandshakeError.None, answer.Error);
                Assert.Empty(answer.Addresses6);
                await world.World.Delay(TimeSpan.FromSeconds(15));
                Assert.All(sentTo, to => Assert.True(to.IsIPv4 && to.IPv4Host >> 24 == 10, $"Sent to {to}."));
            }
        );

    [Fact]
    public void OnHandshake_same_message_gets_the_same_answer_for_ten_seconds() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                using var noise = client.CreateNoise(RawClient.GoodPayload);
                var first = await client.SendAsync(noise.Message, address);
                for (var i = 0; i < 3; i++)
                {
                    await world.World.Delay(TimeSpan.FromSeconds(3));
                    Assert.Equal(first, await client.SendAsync(noise.Message, address));
                }
                Assert.Equal(1, listener.Statistics.Answered);
            }
        );

    [Fact]
    public void OnHandshake_flood_of_one_network_is_bounded_and_lets_others_in() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                var flood = new List<Task<byte[]?>>();
                for (var i = 0; i < 400; i++)
                {
                    using var noise = client.CreateNoise(RawClient.GoodPayload);
                    flood.Add(client.SendAsync(noise.Message, address));
                }
                var answers = await Task.WhenAll(flood);

                Assert.Equal(64, answers.Count(answer => answer is not null));
                Assert.Equal(64, listener.HandshakeCount);
                Assert.Equal(400 - 64, listener.Statistics.Limited);
                // A stream that lingers after its destroy is still in the table.
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal((0, 0), listener.Dht.OpenResources);
            }
        );

    [Fact]
    public void OnHandshake_of_a_full_network_takes_the_place_of_one_whose_client_has_fallen_silent() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                for (uint i = 0; i < 64; i++)
                    Assert.NotNull(Send(0x0B00_0001u + i));
                Assert.Null(Send(0x0B00_0080));
                await world.World.Delay(TimeSpan.FromSeconds(2.1));
                Assert.NotNull(Send(0x0B00_0081));
                Assert.Equal(64, listener.HandshakeCount);

                byte[]? Send(uint host)
                {
                    using var noise = client.CreateNoise(RawClient.GoodPayload);
                    return listener.ReceiveFromRelay(noise.Message, new UdpAddress(host, 5));
                }
            }
        );

    [Fact]
    public void OnHandshake_in_the_name_of_a_network_does_not_keep_its_clients_out() =>
        NatWorld.Run(async world =>
        {
            var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var listener = server.CreateServer(EchoHandler.Serve);
            await listener.ListenAsync();
            var client = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var attacker = new RawClient(client, listener.PublicKey);
            for (var i = 0; i < 120; i++)
            {
                Invent();
                await world.World.Delay(TimeSpan.FromMilliseconds(50));
            }
            var connecting = client.ConnectAsync(listener.PublicKey);
            for (var i = 0; i < 40; i++)
            {
                Invent();
                await world.World.Delay(TimeSpan.FromMilliseconds(50));
            }
            Assert.Equal("let in", await Inbox.AskAsync(await connecting, "let in"));

            void Invent()
            {
                using var noise = attacker.CreateNoise(RawClient.GoodPayload);
                // The network of the NATs of this world.
                listener.ReceiveFromRelay(noise.Message, new UdpAddress(0x1400_00FE, 5));
            }
        });

    [Fact]
    public void OnHandshake_beyond_all_slots_the_oldest_gives_way() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                for (var i = 0; i < 20; i++)
                {
                    using var noise = client.CreateNoise(
                        RawClient.GoodPayload with
                        {
                            Firewall = FirewallKind.Unknown,
                        }
                    );
                    // A relay may say anything of where a client is.
                    listener.ReceiveFromRelay(noise.Message, new UdpAddress(0x0B00_0001u + ((uint)i << 8), 5));
                }
                Assert.Equal(10, listener.HandshakeCount);
                await world.World.Delay(TimeSpan.FromSeconds(25));
                Assert.Equal(0, listener.HandshakeCount);
            },
            new DhtServerOptions { MaxHandshakes = 10 }
        );

    [Fact]
    public void OnHandshake_claim_of_being_open_sends_no_stream_packet_to_a_stranger() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                var victim = new UdpAddress(0x0B00_0001, 53);
                var sent = new List<byte[]>();
                world.World.Drop = (_, to, bytes) =>
                {
                    if (to.HasSameHost(victim))
                        sent.Add(bytes.ToArray());
                    return false;
                };
                using var noise = client.CreateNoise(RawClient.GoodPayload with { Firewall = FirewallKind.Open });

                for (var copies = 0; copies < 20; copies++)
                    Assert.NotNull(listener.ReceiveFromRelay(noise.Message, victim));
                await world.World.Delay(TimeSpan.FromSeconds(40));

                // It was asked whether it is there: three times, as any request.
                Assert.Equal(3, sent.Count);
                Assert.All(sent, datagram => Assert.InRange(datagram.Length, 1, 20));
                Assert.All(sent, datagram => Assert.Equal(0x03, datagram[0]));
                Assert.Equal((0, 0), listener.Dht.OpenResources);
            }
        );

    [Fact]
    public void OnHandshake_directly_sends_no_stream_packet_before_the_client_does() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                var packets = 0;
                world.World.Drop = (_, _, bytes) =>
                {
                    packets += bytes.Span[0] == 0xff ? 1 : 0;
                    return false;
                };
                using var noise = client.CreateNoise(RawClient.GoodPayload with { Firewall = FirewallKind.Open });
                Assert.NotNull(await client.SendAsync(noise.Message, address));
                await world.World.Delay(TimeSpan.FromSeconds(40));
                Assert.Equal(0, packets);
            }
        );

    [Fact]
    public void OnHandshake_relays_named_by_one_client_are_dialled_a_few_times_only() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                var dials = 0;
                for (var i = 0; i < 60; i++)
                {
                    var relay = new RelayThroughInfo(KeyPair.Generate().PublicKey, default);
                    using var noise = client.CreateNoise(RawClient.GoodPayload with { RelayThrough = relay });
                    Assert.NotNull(
                        listener.ReceiveFromRelay(noise.Message, new UdpAddress(0x0B00_0001, (ushort)(i + 1)))
                    );
                    dials = Math.Max(dials, listener.Dht.OpenAttempts);
                }
                Assert.Equal(8, dials);
                Assert.Equal(8, listener.Dht.RelayStatistics.Attempts);
                Assert.Equal(52, listener.Dht.RelayStatistics.Refused);
                // From other places too there is an end.
                for (var i = 0; i < 60; i++)
                {
                    var relay = new RelayThroughInfo(KeyPair.Generate().PublicKey, default);
                    using var noise = client.CreateNoise(RawClient.GoodPayload with { RelayThrough = relay });
                    Assert.NotNull(
                        listener.ReceiveFromRelay(noise.Message, new UdpAddress(0x0C00_0001u + ((uint)i << 8), 5))
                    );
                }
                Assert.Equal(16, listener.Dht.OpenAttempts);
                await world.World.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal(0, listener.Dht.OpenAttempts);
                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal((0, 0), listener.Dht.OpenResources);
            },
            new DhtServerOptions { MaxHandshakesPerNetwork = 512 }
        );

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void OnRequest_random_values_of_every_command_leave_the_node_working() =>
        RunServer(
            async (world, listener, address, client) =>
            {
                var random = TestSeed.NewRandom();
                using var noise = client.CreateNoise(RawClient.GoodPayload);
                var good = PeerHandshakeCodec.Encode(
                    new PeerHandshake
                    {
                        Mode = RouteMode.FromRelay,
                        Noise = noise.Message,
                        PeerAddress = address,
                    }
                );
                var inputs = FuzzBudget.Inputs();
                for (var i = 0; i < inputs; i++)
                {
                    var value = random.Next(2) == 0 ? (byte[])good.Clone() : new byte[random.Next(300)];
                    if (value.Length != good.Length)
                        random.NextBytes(value);
                    for (var flips = random.Next(4); flips > 0 && value.Length > 0; flips--)
                        value[random.Next(value.Length)] = (byte)random.Next(256);
                    _ = client.RequestAsync((uint)random.Next(13), value, address);
                    if (i % 500 == 499)
                        await world.World.Delay(TimeSpan.FromSeconds(2));
                }
                await world.World.Delay(TimeSpan.FromSeconds(30));
                Assert.Equal(0, listener.HandshakeCount);

                var peer = await world.CreatePeerAsync(isFirewalled: true);
                var stream = await peer.ConnectAsync(listener.PublicKey);
                Assert.Equal("alive", await Inbox.AskAsync(stream, "alive"));
            }
        );

    private static void RunServer(
        Func<SimulatedDht, DhtServer, UdpAddress, RawClient, Task> body,
        DhtServerOptions? options = null
    ) =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                var server = await world.CreatePeerAsync();
                var attacker = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve, options);
                await listener.ListenAsync();
                var address = server.Rpc.RemoteAddress!.Value;
                await body(world, listener, address, new RawClient(attacker, listener.PublicKey));
            },
            deadline: TimeSpan.FromDays(2)
        );
}
