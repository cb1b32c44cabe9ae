using Hyper.Dht;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Connections by key, in networks of our nodes and of a partner's.</summary>
public sealed class HyperDhtInteropTests(NodePartners partners)
{
    private const int Bytes = 1 << 20;

    public static TheoryData<PartnerSet, NetworkOwner> Networks =>
        new()
        {
            { PartnerSet.Pinned, NetworkOwner.Ours },
            { PartnerSet.Pinned, NetworkOwner.Theirs },
            { PartnerSet.Newest, NetworkOwner.Ours },
            { PartnerSet.Newest, NetworkOwner.Theirs },
        };

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task We_connect_by_key_to_their_server(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var host = await JsNode.StartAsync(partner, network.Bootstrap);
        var server = await host.ListenAsync(Seeds.B, StreamMode.Echo);

        using var connection = await node.ConnectAsync(server.PublicKey);
        var accepted = await server.AcceptAsync();
        Assert.Equal(node.PublicKey, accepted.RemotePublicKey);
        Assert.Equal(server.PublicKey, connection.RemotePublicKey);
        await EchoAsync(connection.Stream);
        await connection.Stream.EndAsync();
        Assert.Null(await connection.Stream.ClosedAsync());
        Assert.Null(await accepted.Stream.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task They_connect_by_key_to_our_server(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var server = await node.ListenAsync(Seeds.A, StreamMode.Echo);
        var client = await JsNode.StartAsync(partner, network.Bootstrap);

        var stream = await client.ConnectAsync(server.PublicKey);
        using var accepted = await server.AcceptAsync();
        Assert.Equal(client.PublicKey, accepted.RemotePublicKey);
        await stream.WriteAsync(Bytes, seed: 12, chunk: 5_000);
        Assert.Equal(Pattern.HashOf(12, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
        await stream.EndAsync();
        Assert.Null(await stream.ClosedAsync());
        Assert.Null(await accepted.Stream.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Pairs), MemberType = typeof(PartnerSets))]
    public async Task They_connect_to_each_other_through_our_nodes_alone(PartnerSet dialling, PartnerSet serving)
    {
        await using var loop = new OurLoop();
        await using var here = await partners.StartAsync(dialling);
        await using var there = await partners.StartAsync(serving);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, here);
        var host = await JsNode.StartAsync(there, network.Bootstrap);
        var server = await host.ListenAsync(Seeds.B, StreamMode.Echo);
        var client = await JsNode.StartAsync(here, network.Bootstrap);
        var stream = await client.ConnectAsync(server.PublicKey);
        await server.AcceptAsync();
        await stream.WriteAsync(Bytes, seed: 3);
        Assert.Equal(Pattern.HashOf(3, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task We_connect_to_each_other_through_their_nodes_alone(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partner);
        await using var host = await OurNode.StartAsync(loop, network.Bootstrap);
        await using var client = await OurNode.StartAsync(loop, network.Bootstrap);
        var server = await host.ListenAsync(Seeds.A, StreamMode.Echo);
        using var connection = await client.ConnectAsync(server.PublicKey);
        using var accepted = await server.AcceptAsync();
        await EchoAsync(connection.Stream);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Connect_to_nobody_or_to_a_server_that_refuses_fails_with_the_same_code(
        PartnerSet set,
        NetworkOwner owner
    )
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var theirs = await JsNode.StartAsync(partner, network.Bootstrap);
        var ourServer = await node.ListenAsync(Seeds.A, refuseAll: true);
        var theirServer = await theirs.ListenAsync(Seeds.B, refuseAll: true);

        var refusedThere = await Assert.ThrowsAsync<HyperDhtException>(() => node.ConnectAsync(theirServer.PublicKey));
        Assert.Equal(HyperDhtErrorCode.PeerConnectionFailed, refusedThere.Code);
        var refusedHere = await theirs.ConnectAsync(ourServer.PublicKey);
        Assert.Equal(HyperDhtErrorCode.PeerConnectionFailed, await refusedHere.ClosedAsync());

        var missingForUs = await Assert.ThrowsAsync<HyperDhtException>(() => node.ConnectAsync(theirs.PublicKey));
        Assert.Equal(HyperDhtErrorCode.PeerNotFound, missingForUs.Code);
        var missingForThem = await theirs.ConnectAsync(node.PublicKey);
        Assert.Equal(HyperDhtErrorCode.PeerNotFound, await missingForThem.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Many_connect_to_our_server_at_once(PartnerSet set)
    {
        const int count = 20;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var server = await node.ListenAsync(Seeds.A, StreamMode.Echo);
        var client = await JsNode.StartAsync(partner, network.Bootstrap);
        var streams = new List<JsStream>();
        for (byte i = 0; i < count; i++)
            streams.Add(await client.ConnectAsync(server.PublicKey, seed: Seeds.Of(i)));
        var keys = new HashSet<string>();
        for (var i = 0; i < count; i++)
            keys.Add((await server.AcceptAsync()).RemotePublicKey);
        Assert.Equal(count, keys.Count);
        foreach (var stream in streams)
        {
            await stream.WriteAsync([1, 2, 3]);
            Assert.Equal(3, (await stream.WaitAsync(bytes: 3)).Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Closed_server_is_forgotten(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partner);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var server = await node.ListenAsync(Seeds.A);
        var client = await JsNode.StartAsync(partner, network.Bootstrap);
        await client.ConnectAsync(server.PublicKey);
        (await server.AcceptAsync()).Dispose();
        await server.CloseAsync();
        var late = await (await JsNode.StartAsync(partner, network.Bootstrap)).ConnectAsync(server.PublicKey);
        Assert.Equal(HyperDhtErrorCode.PeerNotFound, await late.ClosedAsync());
    }

    private static async Task EchoAsync(OurMessageStream stream)
    {
        await stream.WriteAsync(Bytes, seed: 11, chunk: 5_000);
        Assert.Equal(Pattern.HashOf(11, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
    }
}
