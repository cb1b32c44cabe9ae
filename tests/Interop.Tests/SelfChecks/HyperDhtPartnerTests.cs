using Interop.Tests.Harness;

namespace Interop.Tests.SelfChecks;

public sealed class HyperDhtPartnerTests(NodePartners partners)
{
    private const int Bytes = 1 << 20;

    [Theory]
    [MemberData(nameof(PartnerSets.Pairs), MemberType = typeof(PartnerSets))]
    public async Task Connect_by_key_echoes_the_pattern(PartnerSet dialling, PartnerSet serving)
    {
        await using var here = await partners.StartAsync(dialling);
        await using var there = await partners.StartAsync(serving);
        var testnet = await JsTestnet.StartAsync(there);
        var client = await JsNode.StartAsync(here, testnet.Bootstrap);
        var host = await JsNode.StartAsync(there, testnet.Bootstrap);
        var server = await host.ListenAsync(Seeds.A, StreamMode.Echo);

        var stream = await client.ConnectAsync(server.PublicKey);
        var connection = await server.AcceptAsync();
        Assert.Equal(client.PublicKey, connection.RemotePublicKey);
        await stream.WriteAsync(Bytes, seed: 3);
        Assert.Equal(Pattern.HashOf(3, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
        await stream.EndAsync();
        Assert.Null(await stream.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Connect_to_a_refusing_server_fails(PartnerSet set)
    {
        await using var here = await partners.StartAsync(set);
        var testnet = await JsTestnet.StartAsync(here);
        var client = await JsNode.StartAsync(here, testnet.Bootstrap);
        var host = await JsNode.StartAsync(here, testnet.Bootstrap);
        var server = await host.ListenAsync(Seeds.A, refuseAll: true);
        var stream = await client.ConnectAsync(server.PublicKey);
        Assert.Equal("PEER_CONNECTION_FAILED", await stream.ClosedAsync());
        var nobody = await client.ConnectAsync(client.PublicKey);
        Assert.Equal("PEER_NOT_FOUND", await nobody.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Pairs), MemberType = typeof(PartnerSets))]
    public async Task Records_stored_by_one_are_found_by_the_other(PartnerSet storing, PartnerSet asking)
    {
        await using var here = await partners.StartAsync(storing);
        await using var there = await partners.StartAsync(asking);
        var testnet = await JsTestnet.StartAsync(here);
        var writer = await JsNode.StartAsync(here, testnet.Bootstrap);
        var reader = await JsNode.StartAsync(there, testnet.Bootstrap);
        var topic = Seeds.Of(0x11);
        Assert.NotEmpty(await reader.FindNodeAsync(topic));
        Assert.Equal("127.0.0.1", (await reader.PingAsync(writer.Address)).Host);

        await writer.AnnounceAsync(topic, Seeds.A);
        Assert.Single(await reader.LookupAsync(topic));
        await writer.UnannounceAsync(topic, Seeds.A);
        Assert.Empty(await reader.LookupAsync(topic));

        var hash = await writer.PutImmutableAsync([1, 2, 3]);
        Assert.Equal([1, 2, 3], await reader.GetImmutableAsync(hash));

        var key = await writer.PutMutableAsync(Seeds.B, [4], seq: 1);
        await writer.PutMutableAsync(Seeds.B, [5], seq: 2);
        var found = await reader.GetMutableAsync(key);
        Assert.Equal(2, found?.Seq);
        Assert.Equal([5], found?.Value);
    }
}
