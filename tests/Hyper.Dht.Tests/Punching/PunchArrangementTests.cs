using Hyper.Dht.Messages;
using Hyper.Dht.Tests.Simulation;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Punching;

/// <summary>What client and server arrange besides the probes themselves.</summary>
public sealed class PunchArrangementTests
{
    [Fact]
    public void ConnectAsync_between_random_networks_lets_the_server_forget_at_once() =>
        NatWorld.Run(async world =>
        {
            var server = await world.CreatePeerAsync(NatBehaviour.Symmetric);
            var client = await world.CreatePeerAsync(NatBehaviour.Symmetric);
            var listener = server.CreateServer(EchoHandler.Serve);
            await listener.ListenAsync();

            await Assert.ThrowsAsync<HyperDhtException>(() => client.ConnectAsync(listener.PublicKey));
            await world.World.Delay(TimeSpan.FromMilliseconds(100));

            // Its answer is kept for repeats, but stream and sockets are gone.
            Assert.Equal((0, 0), server.OpenResources);
            Assert.Equal((0, 0), client.OpenResources);
        });

    [Fact]
    public void ConnectAsync_of_two_clients_with_random_ports_gives_the_second_its_turn_later() =>
        NatWorld.Run(
            async world =>
            {
                var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
                var clients = new[]
                {
                    await world.CreatePeerAsync(NatBehaviour.Symmetric),
                    await world.CreatePeerAsync(NatBehaviour.Symmetric),
                };
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                var outcomes = await Task.WhenAll(
                    clients.Select(async client =>
                    {
                        try
                        {
                            var stream = await client.ConnectAsync(listener.PublicKey);
                            return await Inbox.AskAsync(stream, "mine");
                        }
                        catch (HyperDhtException error)
                        {
                            return error.Code;
                        }
                    })
                );

                Assert.Equal(["REMOTE_ABORTED", "mine"], outcomes.Order(StringComparer.Ordinal));
                Assert.Equal(1, server.PunchStatistics.TryLater);
                await world.World.Delay(TimeSpan.FromSeconds(21));
                var loser = clients[outcomes[0] == "mine" ? 1 : 0];
                var late = await loser.ConnectAsync(listener.PublicKey);
                Assert.Equal("late", await Inbox.AskAsync(late, "late"));
            },
            deadline: TimeSpan.FromMinutes(20)
        );

    [Fact]
    public void ConnectAsync_with_a_useless_first_socket_tries_another() =>
        NatWorld.Run(
            async world =>
            {
                var server = await world.CreatePeerAsync(NatBehaviour.Symmetric);
                var nat = world.CreateNat(NatBehaviour.Symmetric);
                var client = await world.CreatePeerAsync(nat, "192.168.1.2");
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var pings = 0;
                world.World.Delivered = (_, from, _, bytes) =>
                {
                    // As a mobile network may: sockets after the first, which four nodes were asked about, fare better.
                    var isPing = bytes.Span[0] == 0x03 && bytes.Length < 16;
                    if (isPing && from.ToIPAddress().Equals(nat.Address) && ++pings == 4)
                        nat.Behaviour = NatBehaviour.PortRestricted;
                };
                var report = new DhtConnectReport();

                var stream = await client.ConnectAsync(listener.PublicKey, new DhtConnectOptions { Report = report });

                Assert.Equal("better", await Inbox.AskAsync(stream, "better"));
                Assert.Equal(FirewallKind.Consistent, report.LocalFirewall);
                Assert.Equal(FirewallKind.Random, report.RemoteFirewall);
                Assert.Equal(1, client.OpenResources.PunchSockets);
            },
            deadline: TimeSpan.FromMinutes(20)
        );

    [Fact]
    public void ConnectAsync_without_fast_open_goes_through_the_rounds() =>
        NatWorld.Run(async world =>
        {
            var server = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var client = await world.CreatePeerAsync(NatBehaviour.PortRestricted);
            var listener = server.CreateServer(EchoHandler.Serve);
            await listener.ListenAsync();
            var report = new DhtConnectReport();
            var options = new DhtConnectOptions { FastOpen = false, Report = report };

            var stream = await client.ConnectAsync(listener.PublicKey, options);

            Assert.Equal("slow", await Inbox.AskAsync(stream, "slow"));
            Assert.Equal(2, report.PunchRounds);
            Assert.Equal(DhtConnectPhase.Punch, report.Path);
        });
}
