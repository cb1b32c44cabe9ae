using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests;

public sealed class ExplainTests
{
    private static readonly SidechannelOptions _open = new()
    {
        Channels = ["c1"],
        ProofOfWork = false,
        RateBytesPerSecond = 0,
        WelcomeRequired = false,
    };

    private static readonly string _owner = new('a', 64);

    [Fact]
    public void Every_reason_has_a_gate_a_cause_and_a_fix()
    {
        foreach (var reason in Enum.GetValues<DropReason>().Where(reason => reason != DropReason.None))
        {
            Assert.NotEqual("none", DropReasonText.GateOf(reason));
            Assert.False(string.IsNullOrEmpty(DropReasonText.CauseOf(reason)));
            Assert.False(string.IsNullOrEmpty(DropReasonText.FixOf(reason)));
        }
    }

    [Fact]
    public void Open_channel_with_a_neighbour_on_it_has_nothing_in_the_way() =>
        Run(
            _open,
            async lab =>
            {
                await lab.ConnectAsync(11, "c1");
                var why = lab.Peer.Explain(" c1 ");
                Assert.Equal(("c1", true, 1, 1), (why.Channel, why.IsJoined, why.OpenPeers, why.Connections));
                Assert.Empty(why.Findings);
                Assert.Empty(why.Recent);
            }
        );

    [Fact]
    public void Channel_without_neighbours_or_without_being_joined_says_so() =>
        Run(
            _open,
            async lab =>
            {
                Expect(lab, "c1", "network", "no peer is connected");
                await lab.ConnectAsync(11, "0000intercom");
                Expect(lab, "c1", "network", "of 1 connected peers none has the channel open");
                Expect(lab, "other", "join", "this peer is not on the channel");
                Expect(lab, "  ", "join", "the name of the channel is empty");
                await lab.Peer.BroadcastAsync("sent-to", "x");
                Expect(lab, "sent-to", "join", "opened for sending only");
            }
        );

    [Fact]
    public void Rules_that_silence_a_channel_are_told_with_the_owner() =>
        Run(
            _open with
            {
                WelcomeRequired = true,
                OwnerWriteChannels = ["c1", "c2"],
                OwnerKeys = new Dictionary<string, string> { ["c1"] = _owner },
                InviteRequired = true,
                InviteChannels = ["priv"],
                InviterKeys = [_owner],
            },
            lab =>
            {
                Expect(lab, "c1", "welcome", _owner);
                Expect(lab, "c1", "owner-only", _owner);
                Expect(lab, "c2", "owner", "the channel has no owner");
                Expect(lab, "c2", "owner-only", "no owner is known");
                Expect(lab, "priv", "invite", "this peer has none that holds");
                var invite = lab.Peer.Explain("priv").Findings.First(finding => finding.Gate == "invite");
                Assert.Contains(lab.Peer.PublicKey, invite.Fix);
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void Peers_without_an_invite_and_blocked_ones_are_named() =>
        Run(
            _open with
            {
                Channels = ["priv"],
                InviteRequired = true,
                RateBytesPerSecond = 1,
                RateBurstBytes = 10,
                MaxStrikes = 1,
            },
            async lab =>
            {
                var partner = await lab.ConnectAsync(11, "priv", "0000intercom");
                Assert.Equal(partner.Key, Find(lab, "priv", "sending").Peer);
                partner.Say("0000intercom", new JsObject { ["message"] = "more than ten bytes" });
                await lab.SettleAsync();
                Assert.Equal(partner.Key, Find(lab, "priv", "blocked").Peer);
            }
        );

    [Fact]
    public void Dropped_messages_are_counted_and_the_last_ones_kept() =>
        Run(
            _open,
            async lab =>
            {
                var partner = await lab.ConnectAsync(11, "c1");
                for (var i = 0; i < RecentDrops.Capacity + 10; i++)
                    partner.Say("c1", new JsObject { ["id"] = i < 2 ? "same" : "other" });
                await lab.SettleAsync();
                var why = lab.Peer.Explain("c1");
                Assert.Equal(2, why.Delivered);
                Assert.Equal(RecentDrops.Capacity + 8, why.Drops[DropReason.Duplicate]);
                Assert.Equal(RecentDrops.Capacity, why.Recent.Count);
                Assert.All(
                    why.Recent,
                    drop => Assert.Equal((DropReason.Duplicate, partner.Key), (drop.Reason, drop.Peer.ToHex()))
                );
                Assert.Equal(why.Recent.OrderBy(drop => drop.Time), why.Recent);
            }
        );

    private static ChannelFinding Find(SidechannelLab lab, string channel, string gate)
    {
        var findings = lab.Peer.Explain(channel).Findings;
        var found = findings.FirstOrDefault(finding => finding.Gate == gate);
        Assert.True(found is not null, $"{channel}: no '{gate}' among {string.Join(" | ", findings)}");
        return found;
    }

    private static void Expect(SidechannelLab lab, string channel, string gate, string cause) =>
        Assert.Contains(cause, Find(lab, channel, gate).Cause);

    private static void Run(SidechannelOptions options, Func<SidechannelLab, Task> body)
    {
        var lab = new SidechannelLab(options);
        lab.Run(() => body(lab));
    }
}
