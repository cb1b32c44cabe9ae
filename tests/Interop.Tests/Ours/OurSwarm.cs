using System.Threading.Channels;
using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Swarm;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>A Hyperswarm of ours on a node of its own, used as <see cref="JsSwarm"/> uses a partner's.</summary>
public sealed class OurSwarm : IAsyncDisposable
{
    private readonly OurLoop _loop;
    private readonly OurNode _node;
    private readonly KeyPair _keyPair;
    private readonly Hyperswarm _swarm;
    private readonly Channel<OurConnection> _connections = Channel.CreateUnbounded<OurConnection>();

    private OurSwarm(OurLoop loop, OurNode node, KeyPair keyPair, StreamMode mode, DhtRelaySelector? relayThrough)
    {
        _loop = loop;
        _node = node;
        _keyPair = keyPair;
        _swarm = Hyperswarm.Create(
            node.Dht,
            (stream, _) => _connections.Writer.TryWrite(new OurConnection(stream, new OurMessageStream(stream, mode))),
            new HyperswarmOptions { KeyPair = keyPair, RelayThrough = relayThrough }
        );
    }

    /// <summary>How often its connections needed relays.</summary>
    public DhtRelayStatistics Relays => _node.Dht.RelayStatistics;

    /// <summary>Its public key in hexadecimal.</summary>
    public string PublicKey => _keyPair.PublicKey.ToHex();

    /// <summary>Starts a swarm with the key pair of a seed.</summary>
    public static async Task<OurSwarm> StartAsync(
        OurLoop loop,
        IReadOnlyList<JsAddress> bootstrap,
        string seed,
        StreamMode mode = StreamMode.Hash,
        bool isFirewalled = false,
        DhtRelaySelector? relayThrough = null
    )
    {
        var node = await OurNode.StartAsync(loop, bootstrap, isFirewalled);
        return await loop.RunAsync(() => new OurSwarm(loop, node, Keys.Of(seed), mode, relayThrough));
    }

    /// <summary>Joins a topic; completes when the first announcement or lookup is done.</summary>
    public Task JoinAsync(string topic, bool server = true, bool client = true) =>
        _loop.RunAsync(() =>
            _swarm.Join(Bytes32.FromHex(topic), new JoinOptions { Server = server, Client = client }).FlushedAsync()
        );

    public Task LeaveAsync(string topic) => _loop.RunAsync(() => _swarm.LeaveAsync(Bytes32.FromHex(topic)));

    /// <summary>Closes its connections and its node's sockets until <see cref="ResumeAsync"/>.</summary>
    public Task SuspendAsync() => _loop.RunAsync(_swarm.SuspendAsync);

    public Task ResumeAsync() => _loop.RunAsync(_swarm.ResumeAsync);

    /// <summary>Keeps a connection to this key, whatever the topics.</summary>
    public Task JoinPeerAsync(string publicKey) => _loop.RunAsync(() => _swarm.JoinPeer(Bytes32.FromHex(publicKey)));

    /// <summary>Waits for the next connection.</summary>
    public Task<OurConnection> ConnectionAsync(TimeSpan? deadline = null) =>
        _connections
            .Reader.ReadAsync(TestContext.Current.CancellationToken)
            .AsTask()
            .WaitAsync(deadline ?? JsPartner.DefaultDeadline);

    /// <summary>The keys of the peers it is connected to now.</summary>
    public Task<List<string>> ConnectedAsync() =>
        _loop.RunAsync(() => _swarm.Connections.Select(stream => stream.RemotePublicKey.ToHex()).ToList());

    public async ValueTask DisposeAsync()
    {
        await _swarm.DisposeAsync();
        await _node.DisposeAsync();
        _keyPair.Dispose();
    }
}
