using Hyper.Dht;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Nodes that go to sleep and come back, beside nodes of the other make.</summary>
public sealed class DhtSuspendInteropTests(NodePartners partners)
{
    private const int Bytes = 100_000;

    public static TheoryData<PartnerSet, NetworkOwner> Networks => HyperDhtInteropTests.Networks;

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task They_lose_us_while_we_are_suspended_and_find_us_again_after(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var server = await node.ListenAsync(Seeds.A, StreamMode.Echo);
        var client = await JsNode.StartAsync(partner, network.Bootstrap);
        var before = await client.ConnectAsync(server.PublicKey);
        (await server.AcceptAsync()).Dispose();

        await loop.RunAsync(node.Dht.SuspendAsync);
        // Told, not timed out: the stream ends well before the thirteen seconds after which silence would end it.
        Assert.Equal("ECONNRESET", await before.ClosedAsync());
        var missing = await client.ConnectAsync(server.PublicKey);
        Assert.Equal(HyperDhtErrorCode.PeerNotFound, await missing.ClosedAsync());

        await loop.RunAsync(node.Dht.ResumeAsync);
        await Until.TrueAsync(
            () => loop.RunAsync(() => node.Dht.Rpc.State == Hyper.Dht.Rpc.DhtNodeState.Ready && server.IsAnnounced),
            "the announce after resuming"
        );
        var stream = await client.ConnectAsync(server.PublicKey);
        using var accepted = await server.AcceptAsync();
        await stream.WriteAsync(Bytes, seed: 5);
        Assert.Equal(Pattern.HashOf(5, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task We_survive_that_they_are_suspended_and_reach_them_again_after(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var theirs = await JsNode.StartAsync(partner, network.Bootstrap);
        var server = await theirs.ListenAsync(Seeds.B, StreamMode.Echo);
        using var before = await node.ConnectAsync(server.PublicKey);
        await server.AcceptAsync();

        await theirs.SuspendAsync();
        Assert.NotNull(await before.Stream.ClosedAsync());
        var missing = await Assert.ThrowsAsync<HyperDhtException>(() => node.ConnectAsync(server.PublicKey));
        Assert.Equal(HyperDhtErrorCode.PeerNotFound, missing.Code);

        await theirs.ResumeAsync();
        await Until.TrueAsync(
            async () => (await loop.RunAsync(() => node.FindRelaysAsync(server.PublicKey))).Count > 0,
            "their announce after resuming"
        );
        using var connection = await node.ConnectAsync(server.PublicKey);
        await connection.Stream.WriteAsync(Bytes, seed: 6);
        Assert.Equal(Pattern.HashOf(6, Bytes), (await connection.Stream.WaitAsync(Bytes)).Sha256);
    }
}
