using Hyper.Encoding.Json;
using Hyper.Swarm;
using Intercom.Node.Internal;
using Intercom.Sidechannels;
using SimulationKit;
using TestKit;

namespace Simulation.Tests;

/// <summary>Sidechannels on whole simulated peers: what is said is heard by everybody, once, signed by who said it.</summary>
public class SidechannelTests(ITestOutputHelper output)
{
    private const int Peers = 16;
    private const int Rounds = 3;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    [Fact]
    public void Everybody_hears_everything_once_on_bad_links_and_after_a_split() =>
        SimulatedNetwork.Run(
            TestSeed.Next(),
            async network =>
            {
                var speakers = new List<Speaker>();
                for (var i = 0; i < Peers; i++)
                    speakers.Add(new Speaker(network, $"speaker {i}"));
                await GatherAsync(network, speakers);
                for (var round = 0; round < Rounds; round++)
                    await SayAsync(network, speakers, $"round {round}");

                SimulatedNetwork.Split(1, speakers.Take(Peers / 3).Select(speaker => speaker.Peer));
                await network.World.Delay(TimeSpan.FromSeconds(40));
                network.Heal();
                await GatherAsync(network, speakers);
                await SayAsync(network, speakers, "together again");

                foreach (var speaker in speakers)
                    speaker.Channels.Dispose();
                await network.StopAsync();
                output.WriteLine(
                    $"{speakers.Sum(speaker => speaker.Heard.Count)} messages, {network.World.Elapsed} of virtual time"
                );
            },
            new SimulatedNetworkOptions { Conditions = new TownPlan().Conditions, Deadline = TimeSpan.FromMinutes(20) }
        );

    private static Task<TimeSpan> GatherAsync(SimulatedNetwork network, List<Speaker> speakers) =>
        network.UntilAsync(
            () =>
                speakers.Find(speaker => speaker.OpenPeers != Peers - 1) is { } lonely
                    ? $"{lonely.Peer} has the entry channel open with {lonely.OpenPeers} peers"
                    : null,
            // The next regular refresh of the topic at the latest.
            TimeSpan.FromMinutes(14)
        );

    private static async Task SayAsync(SimulatedNetwork network, List<Speaker> speakers, string text)
    {
        foreach (var speaker in speakers)
        {
            var result = await speaker.Channels.BroadcastAsync(speaker.Channels.EntryChannel, text);
            Assert.True(result.IsSent, $"{speaker.Peer}: {result.Status}");
        }
        await network.UntilAsync(
            () =>
                speakers.Find(speaker => speaker.CountOf(text) < Peers - 1) is { } deaf
                    ? $"{deaf.Peer} has heard {deaf.CountOf(text)} of '{text}'"
                    : null,
            _patience
        );
        // Copies that others pass on are on the way still: none is taken for a new message.
        await network.World.Delay(TimeSpan.FromSeconds(10));
        Assert.All(speakers, speaker => Assert.Equal(Peers - 1, speaker.CountOf(text)));
    }

    /// <summary>A peer on the entry channel, and what it has heard.</summary>
    private sealed class Speaker
    {
        public Speaker(SimulatedNetwork network, string name)
        {
            var adapter = new SwarmAdapter(new());
            Peer = network.CreatePeer(name, adapter.OnConnection);
            adapter.Swarm = Peer.Swarm;
            Channels = new Sidechannels(Peer.Host, adapter, Peer.Swarm.KeyPair);
            Channels.MessageReceived += message =>
            {
                Assert.Equal(SenderCheck.Verified, message.Sender);
                Heard.Add((message.From!, JsJson.Stringify(message.Message!)));
            };
            Channels.Start();
        }

        public SimulatedPeer Peer { get; }

        public Sidechannels Channels { get; }

        public List<(string From, string Text)> Heard { get; } = [];

        public int OpenPeers => Channels.GetStatistics().Channels[0].OpenPeers;

        public int CountOf(string text) =>
            Heard.Count(message => message.Text.Contains(text, StringComparison.Ordinal));
    }
}
