using Hyper.Dht.Tests.Simulation;
using TestKit;

namespace Hyper.Dht.Tests.Connecting;

/// <summary>Two peers behind one NAT.</summary>
public sealed class LocalNetworkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ConnectAsync_behind_one_NAT_goes_through_the_local_network(bool hairpins) =>
        NatWorld.Run(async world =>
        {
            var (client, listener) = await CreatePairAsync(
                world,
                NatBehaviour.PortRestricted with
                {
                    Hairpins = hairpins,
                }
            );
            var report = new DhtConnectReport();

            var stream = await client.ConnectAsync(listener.PublicKey, new DhtConnectOptions { Report = report });

            Assert.Equal("near", await Inbox.AskAsync(stream, "near"));
            Assert.Equal(DhtConnectPhase.LocalNetwork, report.Path);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ConnectAsync_behind_one_NAT_with_isolated_hosts_is_punched_where_it_hairpins(bool isShared) =>
        NatWorld.Run(async world =>
        {
            var nat = NatBehaviour.PortRestricted with { Hairpins = true };
            var (client, listener) = await CreatePairAsync(
                world,
                nat,
                new DhtServerOptions { ShareLocalAddress = isShared }
            );
            // Hosts of a guest network do not see each other.
            world.World.Drop = (_, to, _) => to.HostText.StartsWith("192.168.", StringComparison.Ordinal);
            var report = new DhtConnectReport();

            var stream = await client.ConnectAsync(listener.PublicKey, new DhtConnectOptions { Report = report });

            Assert.Equal("around", await Inbox.AskAsync(stream, "around"));
            Assert.Equal(DhtConnectPhase.Punch, report.Path);
        });

    [Fact]
    public void ConnectAsync_behind_one_NAT_without_any_path_says_what_was_tried() =>
        NatWorld.Run(async world =>
        {
            var (client, listener) = await CreatePairAsync(world, NatBehaviour.PortRestricted);
            world.World.Drop = (_, to, _) => to.HostText.StartsWith("192.168.", StringComparison.Ordinal);

            var error = await Assert.ThrowsAsync<HyperDhtException>(() => client.ConnectAsync(listener.PublicKey));

            Assert.Equal(HyperDhtErrorCode.HolepunchAborted, error.Code);
            Assert.Contains("the local network at 192.168.1.2:", error.Message, StringComparison.Ordinal);
            Assert.Contains("punching at 20.0.0.1:", error.Message, StringComparison.Ordinal);
            Assert.Contains(listener.PublicKey.ToString(), error.Message, StringComparison.Ordinal);
            var step = Assert.Single(error.Report!.Steps, step => step.Phase == DhtConnectPhase.LocalNetwork);
            Assert.Equal(DhtStepOutcome.Failed, step.Outcome);
            Assert.NotNull(step.Ended);
        });

    private static async Task<(HyperDht Client, DhtServer Listener)> CreatePairAsync(
        NatWorld world,
        NatBehaviour behaviour,
        DhtServerOptions? options = null
    )
    {
        var nat = world.CreateNat(behaviour);
        var server = await world.CreatePeerAsync(nat, "192.168.1.2");
        var client = await world.CreatePeerAsync(nat, "192.168.1.3");
        var listener = server.CreateServer(EchoHandler.Serve, options);
        await listener.ListenAsync();
        return (client, listener);
    }
}
