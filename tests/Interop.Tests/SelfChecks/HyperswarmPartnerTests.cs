using Interop.Tests.Harness;

namespace Interop.Tests.SelfChecks;

public sealed class HyperswarmPartnerTests(NodePartners partners)
{
    [Theory]
    [MemberData(nameof(PartnerSets.Pairs), MemberType = typeof(PartnerSets))]
    public async Task Swarms_on_one_topic_connect_and_talk(PartnerSet first, PartnerSet second)
    {
        await using var here = await partners.StartAsync(first);
        await using var there = await partners.StartAsync(second);
        var testnet = await JsTestnet.StartAsync(here);
        var local = await JsSwarm.StartAsync(here, testnet.Bootstrap);
        var remote = await JsSwarm.StartAsync(there, testnet.Bootstrap, StreamMode.Echo);
        var topic = Seeds.Of(0x22);
        // One after the other: swarms that announce in the same instant may miss each other for minutes.
        await local.JoinAsync(topic);
        await remote.JoinAsync(topic);

        var connection = await local.ConnectionAsync();
        Assert.Equal(remote.PublicKey, connection.RemotePublicKey);
        Assert.Equal(local.PublicKey, (await remote.ConnectionAsync()).RemotePublicKey);
        await connection.Stream.WriteAsync([1, 2, 3, 4]);
        Assert.Equal(4, (await connection.Stream.WaitAsync(bytes: 4)).Bytes);
        Assert.Equal([remote.PublicKey], await local.ConnectedAsync());
        await remote.DestroyAsync();
        await connection.Stream.ExpectAsync("close");
    }
}
