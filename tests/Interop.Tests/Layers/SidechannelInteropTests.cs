using System.Text.Json;
using Hyper.Encoding.Json;
using Intercom.Sidechannels;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Our sidechannels and a JavaScript peer that speaks their protocol, on one channel.</summary>
public sealed class SidechannelInteropTests(NodePartners partners)
{
    private const string Entry = SidechannelNames.DefaultEntryChannel;

    // What canonical JSON, signature and proof of work must agree on.
    private const string Awkward =
        """{"b":[1,2.5,-0.000001,1e21,true,null,[]],"a":{"z":"","é":"😀\u2028\"\\","10":1,"9":2},"text":"naïve"}""";

    private static readonly SidechannelOptions NoWelcome = new() { WelcomeRequired = false };

    [Theory]
    [MemberData(nameof(HyperswarmInteropTests.JoinOrders), MemberType = typeof(HyperswarmInteropTests))]
    public async Task Messages_pass_both_ways_with_work_and_signature(
        PartnerSet set,
        NetworkOwner owner,
        bool oursFirst
    )
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        var theirs = await JsSidechannel.StartAsync(partner, network.Bootstrap, seed: Seeds.B);
        if (!oursFirst)
            await theirs.JoinAsync(Entry);
        await using var ours = await OurSidechannels.StartAsync(loop, network.Bootstrap);
        await ours.AnnouncedAsync();
        if (oursFirst)
            await theirs.JoinAsync(Entry);
        await OpenAsync(ours, theirs);

        Assert.True(JsJson.TryParse(Awkward, out var awkward));
        var sent = await ours.SendAsync(Entry, awkward);
        Assert.Equal((BroadcastStatus.Sent, 1), (sent.Status, sent.Peers));
        var there = await theirs.ReceiveAsync();
        Assert.True(there.Signed);
        Assert.Equal(ours.PublicKey, there.Neighbour);
        Assert.Equal(ours.PublicKey, there.Payload.GetProperty("from").GetString());
        Assert.Equal(sent.Id, there.Payload.GetProperty("id").GetString());
        AssertAwkward(there.Message);

        var id = await theirs.SendAsync(Entry, JsonElement.Parse(Awkward));
        var here = await ours.ReceiveAsync();
        Assert.Equal(SenderCheck.Verified, here.Sender);
        Assert.Equal((Entry, theirs.PublicKey, id), (here.Channel, here.From, here.Id));
        AssertAwkward(JsonElement.Parse(JsJson.Stringify(here.Message!)));
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Message_as_large_as_one_peers_burst_passes_both_ways(PartnerSet set)
    {
        // Each try of a proof hashes the whole message, so the proof is kept cheap here.
        const int difficulty = 2;
        var text = new string('x', 250_000);
        var options = new SidechannelOptions { ProofOfWorkDifficulty = difficulty };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var ours = await OurSidechannels.StartAsync(loop, network.Bootstrap, options: options);
        await ours.AnnouncedAsync();
        var theirs = await JsSidechannel.StartAsync(partner, network.Bootstrap, difficulty, seed: Seeds.B);
        await theirs.JoinAsync(Entry);
        await OpenAsync(ours, theirs);
        Assert.True((await ours.SendAsync(Entry, text)).IsSent);
        Assert.Equal(text, (await theirs.ReceiveAsync()).Message.GetString());
        await theirs.SendAsync(Entry, text);
        Assert.Equal(JsJson.Stringify(text), JsJson.Stringify((await ours.ReceiveAsync()).Message!));
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Messages_that_leave_together_arrive_whole_signed_and_in_their_order(PartnerSet set)
    {
        const int count = 100;
        // Some are too long to be gathered with their neighbours.
        string Text(int number) => $"{number} {new string('x', number % 7 == 0 ? 5000 : number)}";
        var options = new SidechannelOptions { ProofOfWork = false };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var ours = await OurSidechannels.StartAsync(loop, network.Bootstrap, options: options);
        await ours.AnnouncedAsync();
        var theirs = await JsSidechannel.StartAsync(partner, network.Bootstrap, difficulty: 0, seed: Seeds.B);
        await theirs.JoinAsync(Entry);
        await OpenAsync(ours, theirs);
        var sending = Enumerable.Range(0, count).Select(number => ours.SendAsync(Entry, Text(number))).ToList();
        Assert.All(await Task.WhenAll(sending), sent => Assert.Equal(1, sent.Peers));
        for (var number = 0; number < count; number++)
        {
            var there = await theirs.ReceiveAsync();
            Assert.True(there.Signed);
            Assert.Equal(Text(number), there.Message.GetString());
        }
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Message_without_work_is_dropped_on_each_side(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var strict = await OurSidechannels.StartAsync(loop, network.Bootstrap);
        await strict.AnnouncedAsync();
        var lazy = await JsSidechannel.StartAsync(partner, network.Bootstrap, difficulty: 0, seed: Seeds.B);
        await lazy.JoinAsync(Entry);
        await OpenAsync(strict, lazy);
        await lazy.SendAsync(Entry, "free of charge");
        await strict.DroppedAsync(Entry, DropReason.ProofOfWork);

        var options = new SidechannelOptions { ProofOfWork = false };
        await using var lazyHere = await OurSidechannels.StartAsync(loop, network.Bootstrap, Seeds.C, options);
        await lazyHere.AnnouncedAsync();
        var strictThere = await JsSidechannel.StartAsync(partner, network.Bootstrap, seed: Seeds.Of(4));
        await strictThere.JoinAsync(Entry);
        await lazyHere.OpenedAsync(Entry, peers: 3);
        await lazyHere.SendAsync(Entry, "free of charge");
        Assert.Equal("work", await strictThere.DroppedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Channel_that_one_side_joins_late_opens_by_retry(PartnerSet set)
    {
        const string channel = "late/chännel";
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var ours = await OurSidechannels.StartAsync(loop, network.Bootstrap, options: NoWelcome);
        await ours.AnnouncedAsync();
        var theirs = await JsSidechannel.StartAsync(partner, network.Bootstrap, seed: Seeds.B);
        await theirs.JoinAsync(Entry);
        await OpenAsync(ours, theirs);

        for (var round = 0; round < 2; round++)
        {
            // The first open of whoever comes first finds no counterpart and is refused.
            if (round == 0)
                await ours.JoinAsync(channel);
            await theirs.JoinAsync(channel);
            if (round == 1)
                await ours.JoinAsync(channel);
            await ours.OpenedAsync(channel);
            await theirs.OpenedAsync();
            await ours.SendAsync(channel, "from here");
            Assert.Equal("from here", (await theirs.ReceiveAsync()).Message.GetString());
            await theirs.SendAsync(channel, "from there");
            Assert.Equal(channel, (await ours.ReceiveAsync()).Channel);
            await ours.LeaveAsync(channel);
            await theirs.LeaveAsync(channel);
        }
    }

    [Fact]
    public async Task Relayed_copies_count_down_name_their_relay_and_are_taken_once()
    {
        await using var loop = new OurLoop();
        await using var pinned = await partners.StartAsync(PartnerSet.Pinned);
        await using var newest = await partners.StartAsync(PartnerSet.Newest);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, pinned);
        await using var ours = await OurSidechannels.StartAsync(loop, network.Bootstrap);
        await ours.AnnouncedAsync();
        var sender = await JsSidechannel.StartAsync(pinned, network.Bootstrap, seed: Seeds.B, relay: false);
        await sender.JoinAsync(Entry);
        var receiver = await JsSidechannel.StartAsync(newest, network.Bootstrap, seed: Seeds.C, relay: false);
        await receiver.JoinAsync(Entry);
        await ours.OpenedAsync(Entry, peers: 2);
        await OpenAsync(sender, 2);
        await OpenAsync(receiver, 2);

        await sender.SendAsync(Entry, "to both");
        await ours.ReceiveAsync();
        // One copy comes straight, the other through us; either may be first.
        var taken = (await receiver.ReceiveAsync()).Payload;
        var dropped = (await receiver.ExpectAsync("dropped")).Fields;
        Assert.Equal("duplicate", dropped.GetProperty("reason").GetString());
        var copies = new[] { taken, dropped.GetProperty("payload") };
        var relayed = Assert.Single(copies, copy => copy.TryGetProperty("relayedBy", out _));
        var straight = Assert.Single(copies, copy => !copy.TryGetProperty("relayedBy", out _));
        Assert.Equal(ours.PublicKey, relayed.GetProperty("relayedBy").GetString());
        Assert.Equal(2, relayed.GetProperty("ttl").GetInt32());
        Assert.Equal(3, straight.GetProperty("ttl").GetInt32());
        Assert.Equal(straight.GetProperty("sig").GetString(), relayed.GetProperty("sig").GetString());
        Assert.Equal(0, ours.Waiting);
    }

    private static async Task OpenAsync(OurSidechannels ours, JsSidechannel theirs)
    {
        await ours.OpenedAsync(Entry);
        Assert.Equal(ours.PublicKey, await theirs.OpenedAsync());
    }

    private static async Task OpenAsync(JsSidechannel theirs, int peers)
    {
        for (var i = 0; i < peers; i++)
            await theirs.OpenedAsync();
    }

    private static void AssertAwkward(JsonElement message) =>
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Awkward), message), message.GetRawText());
}
