using Hyper.Dht.Tests.Simulation;
using TestKit;

namespace Hyper.Dht.Tests.Punching;

/// <summary>Which pairs of networks find a path, and what the others are told, on simulated NATs.</summary>
public sealed class NatMatrixTests
{
    public enum Net
    {
        Open,
        FullCone,
        AddressRestricted,
        PortRestricted,
        KeepsPort,
        Symmetric,
    }

    public static TheoryData<Net, Net> Pairs()
    {
        var data = new TheoryData<Net, Net>();
        foreach (var client in Enum.GetValues<Net>())
        {
            foreach (var server in Enum.GetValues<Net>())
                data.Add(client, server);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void ConnectAsync_between_networks_connects_unless_both_are_random(Net clientNet, Net serverNet) =>
        NatWorld.Run(
            async world =>
            {
                var server = await world.CreatePeerAsync(Behaviour(serverNet));
                var client = await world.CreatePeerAsync(Behaviour(clientNet));
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                var report = new DhtConnectReport();
                var options = new DhtConnectOptions { Report = report };

                if ((clientNet, serverNet) is (Net.Symmetric, Net.Symmetric))
                {
                    var error = await Assert.ThrowsAsync<HyperDhtException>(() =>
                        client.ConnectAsync(listener.PublicKey, options)
                    );
                    Assert.Equal(HyperDhtErrorCode.DoubleRandomizedNats, error.Code);
                    Assert.Same(report, error.Report);
                    Assert.Contains("punching at", error.Message, StringComparison.Ordinal);
                }
                else
                {
                    var stream = await client.ConnectAsync(listener.PublicKey, options);
                    Assert.Equal("through", await Inbox.AskAsync(stream, "through"));
                    stream.Destroy();
                }
                await world.World.Delay(TimeSpan.FromMinutes(2));
                Assert.Equal(0, listener.HandshakeCount);
                Assert.Equal((0, 0), client.OpenResources);
                Assert.Equal((0, 0), server.OpenResources);
                Assert.True(client.RandomPunches.IsFree && server.RandomPunches.IsFree);
            },
            deadline: TimeSpan.FromMinutes(20)
        );

    [Theory]
    [InlineData(Net.Symmetric, Net.PortRestricted)]
    [InlineData(Net.PortRestricted, Net.Symmetric)]
    public void ConnectAsync_with_random_ports_on_one_side_succeeds_for_every_seed(Net clientNet, Net serverNet)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            NatWorld.Run(
                async world =>
                {
                    var server = await world.CreatePeerAsync(Behaviour(serverNet));
                    var client = await world.CreatePeerAsync(Behaviour(clientNet));
                    var listener = server.CreateServer(EchoHandler.Serve);
                    await listener.ListenAsync();
                    var report = new DhtConnectReport();

                    var stream = await client.ConnectAsync(
                        listener.PublicKey,
                        new DhtConnectOptions { Report = report }
                    );

                    Assert.Equal("by chance", await Inbox.AskAsync(stream, "by chance"));
                    Assert.Equal(1, server.PunchStatistics.Random);
                    Assert.Equal(
                        clientNet == Net.Symmetric ? FirewallKind.Random : FirewallKind.Consistent,
                        report.LocalFirewall
                    );
                    Assert.Equal(
                        serverNet == Net.Symmetric ? FirewallKind.Random : FirewallKind.Consistent,
                        report.RemoteFirewall
                    );
                    Assert.InRange(report.Probes, 1, 1750 + 256 + 8);
                },
                seed,
                TimeSpan.FromMinutes(20)
            );
        }
    }

    private static NatBehaviour? Behaviour(Net net) =>
        net switch
        {
            Net.Open => null,
            Net.FullCone => NatBehaviour.FullCone,
            Net.AddressRestricted => NatBehaviour.AddressRestricted,
            Net.PortRestricted => NatBehaviour.PortRestricted,
            Net.KeepsPort => NatBehaviour.PortRestricted with { KeepsPort = true },
            _ => NatBehaviour.Symmetric,
        };
}
