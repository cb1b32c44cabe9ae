using Hyper.Encoding.Json;
using Intercom.Sidechannels;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Owners, welcomes and invites: each side keeps to what the other signs, and refuses what it does not.</summary>
public sealed class SidechannelPolicyInteropTests(NodePartners partners)
{
    private const string Entry = SidechannelNames.DefaultEntryChannel;
    private const string Channel = "club";

    private static string OurKey => KeyOf(Seeds.A);

    private static string TheirKey => KeyOf(Seeds.B);

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Our_welcome_opens_the_channel_for_them(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var rules = new { owners = Owned(OurKey), welcomeRequired = true };
        await using var pair = await StartAsync(loop, partner, new() { OwnerKeys = Owned(OurKey) }, rules);
        await pair.Ours.WelcomeAsync(Channel, "be kind");
        await pair.JoinAsync();

        var welcome = await pair.Theirs.ReceiveAsync();
        Assert.Equal("welcome", welcome.Message.GetProperty("control").GetString());
        Assert.Equal("be kind", TextOf(welcome));
        await pair.Ours.SendAsync(Channel, "after it");
        Assert.Equal("after it", (await pair.Theirs.ReceiveAsync()).Message.GetString());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Their_welcome_opens_the_channel_for_us_and_nothing_else_does(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var options = new SidechannelOptions { OwnerKeys = Owned(TheirKey) };
        await using var pair = await StartAsync(loop, partner, options, new { owners = Owned(TheirKey) });
        await pair.JoinAsync();
        await pair.Theirs.SendAsync(Channel, "too early");
        await pair.Ours.DroppedAsync(Channel, DropReason.AwaitingWelcome);

        // Leaving forgets a welcome, so it is made after that and shown when the channel opens anew.
        await pair.Theirs.LeaveAsync(Channel);
        await pair.Theirs.WelcomeAsync(Channel, "be kind");
        await pair.Theirs.JoinAsync(Channel);
        Assert.Equal("welcome", ((await pair.Ours.ReceiveAsync()).Message as JsObject)?.GetString("control"));
        await pair.Theirs.SendAsync(Channel, "after it");
        Assert.Equal("\"after it\"", JsJson.Stringify((await pair.Ours.ReceiveAsync()).Message!));
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task On_our_channel_we_alone_write(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var options = OwnerOnly(OurKey);
        var rules = new { owners = Owned(OurKey), ownerOnly = new[] { Channel } };
        await using var pair = await StartAsync(loop, partner, options, rules);
        await pair.JoinAsync();
        await pair.Ours.SendAsync(Channel, "the owner's");
        Assert.Equal("the owner's", (await pair.Theirs.ReceiveAsync()).Message.GetString());
        await pair.Theirs.SendAsync(Channel, "a stranger's", force: true);
        await pair.Ours.DroppedAsync(Channel, DropReason.OwnerOnly);
        Assert.Equal(0, pair.Ours.Waiting);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task On_their_channel_they_alone_write(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var rules = new { owners = Owned(TheirKey), ownerOnly = new[] { Channel } };
        await using var pair = await StartAsync(loop, partner, OwnerOnly(TheirKey), rules);
        await pair.JoinAsync();
        await pair.Theirs.SendAsync(Channel, "the owner's");
        Assert.Equal(SenderCheck.Verified, (await pair.Ours.ReceiveAsync()).Sender);
        Assert.Equal(BroadcastStatus.NotOwner, (await pair.Ours.SendAsync(Channel, "ours")).Status);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Our_invite_lets_them_in_and_only_them(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var options = Invited(OurKey);
        var rules = new { inviteChannels = new[] { Channel }, inviters = new[] { OurKey } };
        await using var pair = await StartAsync(loop, partner, options, rules);
        await pair.Theirs.AcceptAsync(Channel, await pair.Ours.InviteAsync(Channel, TheirKey));
        await pair.JoinAsync();
        await pair.Theirs.SendAsync(Channel, "invited");
        Assert.Equal(TheirKey, (await pair.Ours.ReceiveAsync()).From);

        // A peer that does not care for invites gets nothing and is not heard.
        var stranger = await JsSidechannel.StartAsync(partner, pair.Bootstrap, seed: Seeds.C, relay: false);
        await stranger.JoinAsync(Channel);
        await stranger.OpenedAsync();
        await pair.Ours.OpenedAsync(Channel, peers: 2);
        await stranger.SendAsync(Channel, "let me in");
        await pair.Ours.DroppedAsync(Channel, DropReason.Invite);
        var sent = await pair.Ours.SendAsync(Channel, "among us");
        Assert.Equal(1, sent.Peers);
        Assert.Equal("among us", (await pair.Theirs.ReceiveAsync()).Message.GetString());
        Assert.Equal(0, pair.Ours.Waiting);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Their_invite_lets_us_in(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var rules = new { inviteChannels = new[] { Channel }, inviters = new[] { TheirKey } };
        await using var pair = await StartAsync(loop, partner, Invited(TheirKey), rules);
        Assert.Equal(JoinStatus.InviteRequired, await pair.Ours.JoinAsync(Channel));
        await pair.Ours.AcceptAsync(Channel, await pair.Theirs.InviteAsync(Channel, OurKey));
        await pair.JoinAsync();
        Assert.Equal(OurKey, (await pair.Theirs.ExpectAsync("authorized")).Text("remotePublicKey"));
        await pair.Theirs.SendAsync(Channel, "to the invited");
        Assert.Equal(TheirKey, (await pair.Ours.ReceiveAsync()).From);
        await pair.Ours.SendAsync(Channel, "thanks");
        Assert.Equal("thanks", (await pair.Theirs.ReceiveAsync()).Message.GetString());
    }

    private static async Task<Pair> StartAsync(
        OurLoop loop,
        JsPartner partner,
        SidechannelOptions options,
        object rules
    )
    {
        var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partner);
        var ours = await OurSidechannels.StartAsync(loop, network.Bootstrap, Seeds.A, options);
        await ours.AnnouncedAsync();
        var theirs = await JsSidechannel.StartAsync(partner, network.Bootstrap, seed: Seeds.B, rules: rules);
        await theirs.JoinAsync(Entry);
        await ours.OpenedAsync(Entry);
        await theirs.OpenedAsync();
        return new Pair(network, ours, theirs);
    }

    private static SidechannelOptions OwnerOnly(string owner) =>
        new()
        {
            OwnerKeys = Owned(owner),
            OwnerWriteChannels = [Channel],
            WelcomeRequired = false,
        };

    private static SidechannelOptions Invited(string inviter) =>
        new()
        {
            InviteRequired = true,
            InviteChannels = [Channel],
            InviterKeys = [inviter],
            WelcomeRequired = false,
        };

    private static Dictionary<string, string> Owned(string key) => new() { [Channel] = key };

    private static string? TextOf(JsSidechannelMessage welcome) =>
        welcome.Message.GetProperty("welcome").GetProperty("payload").GetProperty("text").GetString();

    private static string KeyOf(string seed)
    {
        using var pair = Keys.Of(seed);
        return pair.PublicKey.ToHex();
    }

    private sealed record Pair(DhtNetwork Network, OurSidechannels Ours, JsSidechannel Theirs) : IAsyncDisposable
    {
        public IReadOnlyList<JsAddress> Bootstrap => Network.Bootstrap;

        /// <summary>Both join the channel, and it opens.</summary>
        public async Task JoinAsync()
        {
            Assert.Equal(JoinStatus.Joined, await Ours.JoinAsync(Channel));
            await Theirs.JoinAsync(Channel);
            await Ours.OpenedAsync(Channel);
            await Theirs.OpenedAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Ours.DisposeAsync();
            await Network.DisposeAsync();
        }
    }
}
