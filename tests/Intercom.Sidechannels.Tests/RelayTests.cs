using Hyper.Encoding.Json;
using Intercom.Sidechannels.Tests.Lab;
using TestKit;

namespace Intercom.Sidechannels.Tests;

/// <summary>Messages over several real peers, among them the recorded chains of two.</summary>
public sealed class RelayTests
{
    private static readonly SidechannelOptions _options = new()
    {
        Channels = ["c1"],
        ProofOfWork = false,
        RateBytesPerSecond = 0,
        WelcomeRequired = false,
    };

    [Theory]
    [InlineData(3, true, true, 1)]
    [InlineData(2, true, true, 0)]
    [InlineData(1, true, false, 0)]
    [InlineData(0, false, false, 0)]
    public void Message_over_two_peers_goes_as_far_as_its_time_to_live(
        double ttl,
        bool isAtSecond,
        bool isAtEnd,
        double ttlAtEnd
    )
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var (first, second, start, end) = await ChainAsync(world, host);
            start.Say("c1", SidechannelLab.Sign(start, "c1", "hello", "id1", ttl));
            await world.Delay(TimeSpan.FromSeconds(1));
            Assert.Single(first.Delivered);
            Assert.Equal(isAtSecond ? 1 : 0, second.Delivered.Count);
            Assert.All(second.Delivered, message => Assert.Equal(SenderCheck.Verified, message.Sender));
            Assert.Equal(isAtEnd ? 1 : 0, end.Heard.Count);
            Assert.Empty(start.Heard);
            if (isAtEnd)
                Assert.Contains($"\"ttl\":{ttlAtEnd}", end.Heard[0].Json, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(15, 14)]
    [InlineData(16, 15)]
    [InlineData(17, 15)]
    [InlineData(1e300, 15)]
    public void Message_with_a_high_time_to_live_is_passed_on_with_the_highest_allowed(double ttl, double passedOn)
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var sender = await lab.ConnectAsync(11, "c1");
            var other = await lab.ConnectAsync(12, "c1");
            sender.Say("c1", SidechannelLab.Sign(sender, "c1", "hello", "id1", ttl));
            await lab.SettleAsync();
            Assert.Contains($"\"ttl\":{passedOn},", Assert.Single(other.Heard).Json, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Own_message_reaches_both_ends_of_a_chain()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var (first, second, start, end) = await ChainAsync(world, host);
            var sent = await first.Sidechannels.BroadcastAsync("c1", "from B1");
            await world.Delay(TimeSpan.FromSeconds(1));
            Assert.Equal(2, sent.Peers);
            Assert.Single(second.Delivered);
            Assert.Single(start.Heard);
            Assert.Single(end.Heard);
        });
    }

    [Fact]
    public void Welcome_that_is_made_late_is_shown_to_a_peer_that_leaves_and_joins()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var key = new RealPeer(host, 1, _options).Sidechannels.PublicKey;
            var options = _options with
            {
                WelcomeRequired = true,
                OwnerKeys = new Dictionary<string, string> { ["c1"] = key },
            };
            var (owner, guest) = (new RealPeer(host, 1, options), new RealPeer(host, 2, options));
            owner.ConnectTo(guest);
            await world.Delay(TimeSpan.FromSeconds(1));
            owner.Sidechannels.CreateWelcome("c1", "hi");
            await owner.Sidechannels.BroadcastAsync("c1", "too early");
            await world.Delay(TimeSpan.FromSeconds(1));
            Assert.Empty(guest.Delivered);
            Assert.Contains("leave and join", Assert.Single(guest.Sidechannels.Explain("c1").Findings).Fix);

            Assert.True(guest.Sidechannels.Leave("c1"));
            Assert.Equal(JoinStatus.Joined, guest.Sidechannels.Join("c1"));
            await world.Delay(TimeSpan.FromSeconds(1));
            await owner.Sidechannels.BroadcastAsync("c1", "heard");
            await world.Delay(TimeSpan.FromSeconds(1));
            Assert.Empty(guest.Sidechannels.Explain("c1").Findings);
            Assert.Equal("heard", (guest.Delivered[^1].Message as JsString)?.Value);
        });
    }

    [Fact]
    public void Message_in_a_ring_is_delivered_once_everywhere()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var peers = Enumerable.Range(1, 6).Select(seed => new RealPeer(host, (byte)seed, _options)).ToList();
            for (var i = 0; i < peers.Count; i++)
                peers[i].ConnectTo(peers[(i + 1) % peers.Count]);
            await world.Delay(TimeSpan.FromSeconds(1));
            await peers[0].Sidechannels.BroadcastAsync("c1", "around");
            await world.Delay(TimeSpan.FromSeconds(1));
            Assert.Empty(peers[0].Delivered);
            Assert.All(peers.Skip(1), peer => Assert.Single(peer.Delivered));
        });
    }

    [Fact]
    public void Forged_copy_sent_first_does_not_suppress_the_original()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var sender = await lab.ConnectAsync(11, "c1");
            var forger = await lab.ConnectAsync(12, "c1");
            var original = SidechannelLab.Sign(sender, "c1", "true", "id1");
            Assert.True(JsJson.TryParse(JsJson.Stringify(original), out var copy));
            ((JsObject)copy)["message"] = "false";
            forger.Say("c1", copy);
            await lab.SettleAsync();
            sender.Say("c1", original);
            await lab.SettleAsync();
            Assert.Equal(["false", "true"], lab.Delivered.Select(message => ((JsString)message.Message!).Value));
            Assert.Equal(
                [SenderCheck.Unverified, SenderCheck.Verified],
                lab.Delivered.Select(message => message.Sender)
            );
        });
    }

    private static async Task<(RealPeer First, RealPeer Second, Partner Start, Partner End)> ChainAsync(
        SimulatedWorld world,
        SimulatedHost host
    )
    {
        var first = new RealPeer(host, 1, _options);
        var second = new RealPeer(host, 2, _options);
        var start = new Partner(host, 11) { Wanted = { "c1" } };
        var end = new Partner(host, 12) { Wanted = { "c1" } };
        first.ConnectTo(second);
        first.ConnectTo(start);
        second.ConnectTo(end);
        await world.Delay(TimeSpan.FromSeconds(1));
        Assert.True(start.IsOpen("c1") && end.IsOpen("c1"));
        return (first, second, start, end);
    }
}
