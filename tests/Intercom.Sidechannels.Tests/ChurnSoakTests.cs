using System.Buffers.Binary;
using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Tests.Lab;
using TestKit;

namespace Intercom.Sidechannels.Tests;

/// <summary>
/// Short-lived channels and connections, each of another peer: by default 360, in the nightly run 10,000. After each round
/// the time passes that things are remembered for.
/// </summary>
[Collection(nameof(ChurnSoakTests))]
public sealed class ChurnSoakTests
{
    private const int Samples = 9;

    private int _last;

    [CollectionDefinition(nameof(ChurnSoakTests), DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Channels_and_connections_that_come_and_go_leave_memory_flat()
    {
        var each = Math.Max(1, FuzzBudget.Rounds(usually: 360, atMost: 10_000) / Samples);
        var watch = new ResourceWatch();
        var lab = new SidechannelLab(
            new SidechannelOptions
            {
                ProofOfWork = false,
                WelcomeRequired = false,
                AutoJoinOnOpen = true,
                InviteRequired = true,
                InvitePrefixes = ["priv"],
            }
        );
        lab.Run(async () =>
        {
            for (var round = 0; round < Samples; round++)
            {
                for (var i = 0; i < each; i++)
                    await ComeAndGoAsync(lab);
                await lab.World.Delay(TimeSpan.FromDays(1.1));
                lab.TakeDelivered();
                lab.OpenRequests.Clear();
                Assert.Equal(["0000intercom"], lab.Peer.Channels);
                Assert.Equal(0, lab.Peer.ConnectionCount);
                watch.Sample(each);
            }
        });
        watch.AssertFlat();
    }

    /// <summary>A peer connects, is invited, talks on channels of its own, asks for another one, breaks rules and goes.</summary>
    private async Task ComeAndGoAsync(SidechannelLab lab)
    {
        var seed = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(seed, ++_last);
        using var keys = KeyPair.FromSeed(seed);
        var partner = new Partner(lab.Host, keys);
        var (open, invited) = ($"short{_last}", $"priv{_last}");
        Assert.Equal(JoinStatus.Joined, lab.Peer.Join(open));
        Assert.Equal(JoinStatus.Joined, lab.Peer.Join(invited));
        partner.Wanted.UnionWith(["0000intercom", open, invited]);
        partner.Connect(lab.Swarm);
        await lab.SettleAsync();
        var auth = new JsObject
        {
            ["control"] = Controls.Auth,
            ["invite"] = lab.Peer.CreateInvite(invited, partner.Key, TimeSpan.FromHours(1)),
        };
        partner.Say(invited, SidechannelLab.Sign(partner, invited, auth, "auth"));
        foreach (var channel in (string[])["0000intercom", open, invited])
            partner.Say(channel, SidechannelLab.Sign(partner, channel, "hello", $"hello {_last}"));
        var ask = new JsObject { ["control"] = Controls.OpenChannel, ["channel"] = $"asked{_last}" };
        partner.Say("0000intercom", SidechannelLab.Sign(partner, "0000intercom", ask, $"ask {_last}"));
        await lab.SettleAsync();
        Assert.Equal(3, lab.TakeDelivered().Count);
        Assert.Equal(BroadcastStatus.Sent, (await lab.Peer.BroadcastAsync($"sent-to{_last}", "x")).Status);
        partner.SayText(open, "no JSON"u8);
        await lab.SettleAsync();
        Assert.True(lab.Peer.Leave(open));
        Assert.True(lab.Peer.Leave(invited));
        partner.Disconnect();
        await lab.SettleAsync();
    }
}
