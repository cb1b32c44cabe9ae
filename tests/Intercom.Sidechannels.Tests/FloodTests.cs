using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests;

/// <summary>Who floods is slowed, dropped or blocked; who talks beside it waits for nothing of it.</summary>
public sealed class FloodTests
{
    private static readonly TimeSpan _poolTime = TimeSpan.FromMilliseconds(5);

    /// <summary>Twice to the pool and back, for reading and signatures, and the way of the pipe.</summary>
    private static readonly TimeSpan _patience = 4 * _poolTime;

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(64_000, false)]
    [InlineData(64_000, true)]
    public void Talker_is_heard_at_once_while_another_floods(int rate, bool ignoresPause)
    {
        const int Rounds = 30;
        const int Burst = InboundQueue.PauseFrames;
        var options = SidechannelOptions.Default with
        {
            Channels = ["c1"],
            ProofOfWork = false,
            WelcomeRequired = false,
            RateBytesPerSecond = rate,
        };
        var lab = new SidechannelLab(options, offloadTime: _poolTime);
        lab.Run(async () =>
        {
            var flooder = await lab.ConnectAsync(11, "c1");
            var talker = await lab.ConnectAsync(12, "c1");
            flooder.FarEnd!.IgnoresPause = ignoresPause;
            var text = new string('x', 400);
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < Burst; i++)
                    flooder.Say("c1", SidechannelLab.Sign(flooder, "c1", text, $"f{round}-{i}", ttl: 0));
                talker.Say("c1", SidechannelLab.Sign(talker, "c1", round, $"t{round}", ttl: 0));
                await lab.World.Delay(_patience);
                Assert.Equal(
                    Enumerable.Range(0, round + 1).Select(said => $"t{said}"),
                    lab.Delivered.Where(message => message.From == talker.Key).Select(message => message.Id)
                );
            }
            var isBlocked = lab.Peer.GetStatistics().Peers.ToDictionary(peer => peer.PublicKey, peer => peer.IsBlocked);
            Assert.Equal(rate > 0, isBlocked[flooder.KeyPair.PublicKey]);
            Assert.False(isBlocked[talker.KeyPair.PublicKey]);
            Assert.Equal(rate > 0, lab.CountDrops().ContainsKey(DropReason.Blocked));
            Assert.Equal(ignoresPause && rate == 0, lab.CountDrops().ContainsKey(DropReason.Backlog));
        });
    }
}
