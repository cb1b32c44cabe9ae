using Hyper.Crypto;
using Hyper.Encoding.Json;
using Hyper.Loop;
using Intercom.Sidechannels;
using Intercom.Sidechannels.Tests.Lab;
using TestKit;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>A bridge on a real port, over real sidechannels on a real loop, with one neighbour on a pipe.</summary>
internal sealed class BridgeLab : IAsyncDisposable
{
    public const string Token = "t1";

    private readonly NetworkLoop _loop = new();
    private readonly FakeSwarm _swarm = new();
    private Sidechannels.Sidechannels _sidechannels = null!;
    private int _lastId;

    private BridgeLab() { }

    /// <summary>Limits that no test of the protocol meets.</summary>
    public static BridgeOptions Options { get; } =
        new()
        {
            Token = Token,
            Port = 0,
            AuthenticationDelay = TimeSpan.Zero,
            MaxAuthenticationFailures = 1000,
            MaxFailuresPerMinute = 1000,
        };

    public static SidechannelOptions Channels { get; } =
        new()
        {
            Channels = ["c1", "c2"],
            ProofOfWork = false,
            RateBytesPerSecond = 0,
            WelcomeRequired = false,
        };

    public ScBridge Bridge { get; private set; } = null!;

    public Partner Partner { get; private set; } = null!;

    public Sidechannels.Sidechannels Sidechannels => _sidechannels;

    public NetworkLoop Loop => _loop;

    public static async Task<BridgeLab> StartAsync(
        BridgeOptions? options = null,
        SidechannelOptions? channels = null,
        JsObject? info = null,
        Func<IBridgeNode, IBridgeNode>? wrap = null
    )
    {
        var lab = new BridgeLab();
        var used = channels ?? Channels;
        await lab._loop.InvokeAsync(() =>
        {
            lab._sidechannels = new Sidechannels.Sidechannels(
                lab._loop,
                lab._swarm,
                KeyPair.FromSeed(Enumerable.Repeat((byte)1, 32).ToArray()),
                used
            );
            lab._sidechannels.Start();
            lab.Partner = new Partner(lab._loop, 11);
            lab.Partner.Wanted.UnionWith(["0000intercom", .. used.Channels]);
            lab.Partner.Connect(lab._swarm);
        });
        var node = new SidechannelBridgeNode(lab._sidechannels, used, "trac1test", info);
        lab.Bridge = await ScBridge.StartAsync(wrap?.Invoke(node) ?? node, options ?? Options);
        return lab;
    }

    /// <summary>A client that has read its hello.</summary>
    public async Task<TestClient> ConnectAsync(string? origin = null, string path = "/")
    {
        var client = await TestClient.ConnectAsync(Bridge.Port, origin, path);
        client.Hello = await client.ReadAsync();
        Assert.Equal("hello", client.Hello.GetString("type"));
        return client;
    }

    public async Task<TestClient> ConnectAuthenticatedAsync()
    {
        var client = await ConnectAsync();
        var reply = await client.AskAsync(new JsObject { ["type"] = "auth", ["token"] = Token });
        Assert.Equal("{\"type\":\"auth_ok\"}", JsJson.Stringify(reply));
        return client;
    }

    /// <summary>The neighbour says something, unsigned.</summary>
    public Task SayAsync(string channel, JsValue message) =>
        _loop.InvokeAsync(() =>
            Partner.Say(
                channel,
                new JsObject
                {
                    ["id"] = $"p{Interlocked.Increment(ref _lastId)}",
                    ["channel"] = channel,
                    ["message"] = message,
                    ["ts"] = 1_790_000_000_000,
                }
            )
        );

    /// <summary>The neighbour passes a payload on as it is.</summary>
    public Task CarryAsync(string channel, JsObject payload) => _loop.InvokeAsync(() => Partner.Say(channel, payload));

    /// <summary>A second real peer connects and sends.</summary>
    public Task<BroadcastResult> SpeakAsNeighbourAsync(string channel, JsValue message) =>
        _loop.InvokeAsync(async () =>
        {
            using var identity = KeyPair.FromSeed(Enumerable.Repeat((byte)2, 32).ToArray());
            var swarm = new FakeSwarm();
            var neighbour = new Sidechannels.Sidechannels(_loop, swarm, identity, Channels);
            neighbour.Start();
            var (near, far) = MessagePipe.Create(_loop);
            swarm.Add(new PipeConnection(near, Hyper.Encoding.Bytes32.FromHex(_sidechannels.PublicKey)));
            _swarm.Add(new PipeConnection(far, identity.PublicKey));
            while (neighbour.GetStatistics().Channels.Any(known => known.OpenPeers == 0))
                await Task.Yield();
            return await neighbour.BroadcastAsync(channel, message);
        });

    public async ValueTask DisposeAsync()
    {
        await Bridge.DisposeAsync();
        await _loop.InvokeAsync(() => _sidechannels.Dispose());
        _loop.Dispose();
        await _loop.Ended.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
