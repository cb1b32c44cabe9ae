using Interop.Tests.Harness;

namespace Interop.Tests.SelfChecks;

/// <summary>The harness itself: refusals, deaths and deadlines become failures that say what happened.</summary>
public sealed class HarnessTests(NodePartners partners)
{
    [Fact]
    public async Task Call_of_an_unknown_verb_is_refused()
    {
        await using var partner = await partners.StartAsync(PartnerSet.Pinned);
        var error = await Assert.ThrowsAsync<PartnerException>(() => partner.CallAsync("no.such"));
        Assert.Contains("unknown verb no.such", error.Message);
    }

    [Fact]
    public async Task Call_to_a_killed_partner_fails_at_once()
    {
        await using var partner = await partners.StartAsync(PartnerSet.Pinned);
        var socket = await JsUdxSocket.OpenAsync(partner);
        var stream = await socket.AcceptAsync(id: 1, remoteId: 2);
        var waiting = stream.WaitAsync(bytes: 1, deadline: TimeSpan.FromMinutes(5));
        await partner.KillAsync();
        await Assert.ThrowsAsync<PartnerException>(() => waiting);
        await Assert.ThrowsAsync<PartnerException>(() => partner.CallAsync("udx.socket"));
        await Assert.ThrowsAsync<PartnerException>(() => stream.ExpectAsync("close"));
    }

    [Fact]
    public async Task Expect_past_its_deadline_names_what_was_awaited()
    {
        await using var partner = await partners.StartAsync(PartnerSet.Pinned);
        var error = await Assert.ThrowsAsync<PartnerException>(() =>
            partner.ExpectAsync("stream:7", "open", TimeSpan.FromMilliseconds(1))
        );
        Assert.Contains("the event 'open' of stream:7", error.Message);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Node_without_a_bootstrap_list_is_refused(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        var missing = await Assert.ThrowsAsync<PartnerException>(() => partner.CallAsync("dht.node", new { }));
        Assert.Contains("bootstrap", missing.Message);
        var empty = await Assert.ThrowsAsync<PartnerException>(() => JsSwarm.StartAsync(partner, []));
        Assert.Contains("bootstrap", empty.Message);
    }

    [Fact]
    public async Task Address_beyond_loopback_is_refused()
    {
        await using var partner = await partners.StartAsync(PartnerSet.Pinned);
        var error = await Assert.ThrowsAsync<PartnerException>(() =>
            JsNode.StartAsync(partner, [new JsAddress("192.0.2.1", 49737)])
        );
        Assert.Contains("not a loopback address", error.Message);
    }
}
