using Interop.Tests.Harness;

namespace Interop.Tests.SelfChecks;

public sealed class SidechannelPartnerTests(NodePartners partners)
{
    private const string Channel = "0000intercom";

    [Theory]
    [MemberData(nameof(PartnerSets.Pairs), MemberType = typeof(PartnerSets))]
    public async Task Peers_exchange_signed_messages_with_work(PartnerSet first, PartnerSet second)
    {
        await using var here = await partners.StartAsync(first);
        await using var there = await partners.StartAsync(second);
        var testnet = await JsTestnet.StartAsync(here);
        var local = await JsSidechannel.StartAsync(here, testnet.Bootstrap);
        var remote = await JsSidechannel.StartAsync(there, testnet.Bootstrap);
        await local.JoinAsync(Channel);
        await remote.JoinAsync(Channel);
        Assert.Equal(remote.PublicKey, await local.OpenedAsync());
        Assert.Equal(local.PublicKey, await remote.OpenedAsync());

        var id = await local.SendAsync(Channel, new { text = "héllo", n = 1.5 });
        var received = await remote.ReceiveAsync();
        Assert.True(received.Signed);
        Assert.Equal(id, received.Payload.GetProperty("id").GetString());
        Assert.Equal("héllo", received.Message.GetProperty("text").GetString());
        Assert.Equal(3, received.Payload.GetProperty("ttl").GetInt32());

        await remote.SendAsync(Channel, "plain text");
        Assert.Equal("plain text", (await local.ReceiveAsync()).Message.GetString());
    }

    [Fact]
    public async Task Message_without_enough_work_is_dropped()
    {
        await using var partner = await partners.StartAsync(PartnerSet.Pinned);
        var testnet = await JsTestnet.StartAsync(partner);
        var strict = await JsSidechannel.StartAsync(partner, testnet.Bootstrap, difficulty: 12);
        var lazy = await JsSidechannel.StartAsync(partner, testnet.Bootstrap, difficulty: 0);
        await strict.JoinAsync(Channel);
        await lazy.JoinAsync(Channel);
        await lazy.OpenedAsync();
        await strict.OpenedAsync();
        await lazy.SendAsync(Channel, "free of charge");
        Assert.Equal("work", await strict.DroppedAsync());
    }
}
