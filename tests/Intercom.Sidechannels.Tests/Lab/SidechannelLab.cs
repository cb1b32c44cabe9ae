using Hyper.Crypto;
using Hyper.Encoding.Json;
using Hyper.Loop;
using TestKit;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>One real <see cref="Sidechannels"/> in a simulated world, among partners that speak for themselves.</summary>
internal sealed class SidechannelLab
{
    /// <summary>The lab key of the recorded peer, made for the recordings and used nowhere else.</summary>
    public const string RecordedSeed = "582effe523c88168ec5f8c63bcf3909c980ef2b407099bd91593c1dc0a17c7a7";

    /// <summary>Its public key, hexadecimal.</summary>
    public const string RecordedKey = "50717a32668f5b62967ba61eac90a1f25b65442162b65c51d43699717494b08e";

    public SidechannelLab(SidechannelOptions? options = null, int seed = 1, TimeSpan offloadTime = default)
    {
        World = new SimulatedWorld(seed);
        Host = World.CreateHost("10.0.0.1");
        Loop = offloadTime > TimeSpan.Zero ? new SlowPoolLoop(Host, offloadTime) : Host;
        Identity = KeyPair.FromSeed(Convert.FromHexString(RecordedSeed));
        Options = (options ?? SidechannelOptions.Default) with { Logger = Log };
    }

    public SimulatedWorld World { get; }

    public SimulatedHost Host { get; }

    /// <summary>The host, or the host with a pool that takes its time.</summary>
    public EventLoop Loop { get; }

    public KeyPair Identity { get; }

    public SidechannelOptions Options { get; }

    public ErrorLog Log { get; } = new();

    public FakeSwarm Swarm { get; } = new();

    public List<SidechannelMessage> Delivered { get; } = [];

    public List<SidechannelOpenRequest> OpenRequests { get; } = [];

    public Sidechannels Peer { get; private set; } = null!;

    /// <summary>Runs a test body with the peer started.</summary>
    public void Run(Func<Task> body)
    {
        World.Run(
            async () =>
            {
                Peer = new Sidechannels(Loop, Swarm, Identity, Options);
                Peer.MessageReceived += Delivered.Add;
                Peer.OpenRequested += OpenRequests.Add;
                Peer.Start();
                await body();
            },
            TimeSpan.FromDays(30)
        );
        Assert.Empty(Log.Errors);
    }

    /// <summary>A partner, connected and with the given channels open.</summary>
    public async Task<Partner> ConnectAsync(byte seed, params string[] channels)
    {
        var partner = new Partner(Host, seed);
        partner.Wanted.UnionWith(channels);
        partner.Connect(Swarm);
        await SettleAsync();
        foreach (var channel in channels)
            Assert.True(partner.IsOpen(channel), $"{channel} did not open.");
        return partner;
    }

    /// <summary>Lets everything that is under way happen.</summary>
    public Task SettleAsync() => World.Delay(TimeSpan.FromMilliseconds(80));

    public List<SidechannelMessage> TakeDelivered()
    {
        var delivered = Delivered.ToList();
        Delivered.Clear();
        return delivered;
    }

    /// <summary>How often messages were dropped since the start, by reason.</summary>
    public Dictionary<DropReason, long> CountDrops() =>
        Peer.GetStatistics()
            .Channels.SelectMany(channel => channel.Drops)
            .GroupBy(drop => drop.Key)
            .ToDictionary(drops => drops.Key, drops => drops.Sum(drop => drop.Value));

    /// <summary>A payload signed by a partner, as the recorder made them.</summary>
    public static JsObject Sign(Partner sender, string channel, JsValue message, string id, double ttl = 3)
    {
        var payload = new JsObject
        {
            ["type"] = "sidechannel",
            ["id"] = id,
            ["channel"] = channel,
            ["from"] = sender.Key,
            ["origin"] = sender.Key,
            ["message"] = message,
            ["ts"] = 1_790_000_000_000,
            ["ttl"] = ttl,
        };
        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        sender.KeyPair.Sign(Internal.Json.CanonicalForms.SignatureBase(payload), signature);
        payload["sig"] = Convert.ToHexStringLower(signature);
        return payload;
    }
}
