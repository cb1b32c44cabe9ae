using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests;

/// <summary>What channels, links and queues hold stays within bounds, whatever neighbours and users do.</summary>
public sealed class BoundTests
{
    private static readonly SidechannelOptions _open = new()
    {
        Channels = ["c1"],
        ProofOfWork = false,
        RateBytesPerSecond = 0,
        WelcomeRequired = false,
    };

    [Fact]
    public void Channels_that_were_only_sent_to_give_way_and_are_given_up_in_time() =>
        Run(
            _open with
            {
                MaxChannels = 16,
            },
            async lab =>
            {
                for (var i = 0; i < 1000; i++)
                    Assert.Equal(BroadcastStatus.Sent, (await lab.Peer.BroadcastAsync($"short{i}", "x")).Status);
                Assert.Equal(16, lab.Peer.Channels.Count);
                Assert.Equal(["0000intercom", "c1"], lab.Peer.Channels.Take(2));
                Assert.Contains("short999", lab.Peer.Channels);
                await lab.World.Delay(TimeSpan.FromMinutes(11));
                Assert.Equal(["0000intercom", "c1"], lab.Peer.Channels);
            }
        );

    [Fact]
    public void Joined_channels_never_give_way() =>
        Run(
            _open with
            {
                MaxChannels = 3,
            },
            async lab =>
            {
                Assert.Equal(JoinStatus.Joined, lab.Peer.Join("kept"));
                Assert.Equal(BroadcastStatus.TooManyChannels, (await lab.Peer.BroadcastAsync("other", "x")).Status);
                await lab.World.Delay(TimeSpan.FromDays(2));
                Assert.Equal(["0000intercom", "c1", "kept"], lab.Peer.Channels);
            }
        );

    [Fact]
    public void Channel_joined_on_request_is_left_when_nothing_is_said_for_a_day() =>
        Run(
            _open with
            {
                AutoJoinOnOpen = true,
            },
            async lab =>
            {
                var partner = await lab.ConnectAsync(11, "0000intercom");
                partner.Say("0000intercom", AskToOpen("quiet"));
                partner.Say("0000intercom", AskToOpen("lively"));
                partner.Say("0000intercom", AskToOpen(new string('x', 2000)));
                await lab.SettleAsync();
                Assert.Equal(["0000intercom", "c1", "quiet", "lively"], lab.Peer.Channels);
                await lab.World.Delay(TimeSpan.FromHours(13));
                await lab.Peer.BroadcastAsync("lively", "x");
                await lab.World.Delay(TimeSpan.FromHours(13));
                Assert.Equal(["0000intercom", "c1", "lively"], lab.Peer.Channels);
            }
        );

    [Fact]
    public void Frames_kept_for_a_peer_that_does_not_answer_are_dropped_in_time_and_counted() =>
        Run(
            _open,
            async lab =>
            {
                var partner = await lab.ConnectAsync(11, "c1");
                partner.Pipe!.PauseReading();
                lab.Peer.Join("later");
                Assert.Equal(1, (await lab.Peer.BroadcastAsync("later", "x")).OpeningPeers);
                await lab.World.Delay(ChannelLink.MaxKeptTime / 2);
                Assert.Empty(lab.Peer.Explain("later").Drops);
                await lab.World.Delay(2 * ChannelLink.MaxKeptTime);
                Assert.Equal(1, lab.Peer.Explain("later").Drops[DropReason.SlowPeer]);
            }
        );

    [Fact]
    public void Neighbour_that_opens_and_closes_again_and_again_does_not_pile_up_greetings()
    {
        var lab = new SidechannelLab(
            _open with
            {
                ProofOfWork = true,
                OwnerKeys = new Dictionary<string, string> { ["own"] = SidechannelLab.RecordedKey },
                Channels = ["own"],
            },
            offloadTime: TimeSpan.FromMilliseconds(20)
        );
        lab.Run(async () =>
        {
            lab.Peer.CreateWelcome("own", "hello");
            var partner = await lab.ConnectAsync(11, "own");
            for (var i = 0; i < 2 * Outbox.MaxGreetings; i++)
            {
                partner.Close("own");
                await lab.World.Delay(TimeSpan.FromMilliseconds(1));
                partner.Open("own");
                await lab.World.Delay(TimeSpan.FromMilliseconds(1));
            }
            // The queue is soon through: nothing was sealed for links that had gone.
            await lab.World.Delay(TimeSpan.FromSeconds(2));
            partner.TakeHeard();
            var sent = await lab.Peer.BroadcastAsync("own", "still there");
            Assert.Equal((BroadcastStatus.Sent, 1), (sent.Status, sent.Peers));
            await lab.SettleAsync();
            Assert.Contains(partner.Heard, heard => heard.Json.Contains("still there", StringComparison.Ordinal));
        });
    }

    private static JsObject AskToOpen(string channel) =>
        new()
        {
            ["id"] = channel,
            ["message"] = new JsObject { ["control"] = "open_channel", ["channel"] = channel },
        };

    private static void Run(SidechannelOptions options, Func<SidechannelLab, Task> body)
    {
        var lab = new SidechannelLab(options);
        lab.Run(() => body(lab));
    }
}
