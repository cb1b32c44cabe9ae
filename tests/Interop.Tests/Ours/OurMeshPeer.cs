using System.Diagnostics;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Swarm;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>
/// A swarm of ours that says hello on each connection and notes when it first heard something: only then does a connection
/// surely stand. Others echo or greet as well.
/// </summary>
public sealed class OurMeshPeer : IAsyncDisposable
{
    private readonly OurLoop _loop;
    private readonly OurNode _node;
    private readonly KeyPair _keyPair;
    private readonly Hyperswarm _swarm;
    private readonly Dictionary<NoiseSecretStream, long> _heard = [];

    private OurMeshPeer(OurLoop loop, OurNode node, KeyPair keyPair)
    {
        _loop = loop;
        _node = node;
        _keyPair = keyPair;
        _swarm = Hyperswarm.Create(node.Dht, Take, new HyperswarmOptions { KeyPair = keyPair });
    }

    /// <summary>Its public key in hexadecimal.</summary>
    public string PublicKey => _keyPair.PublicKey.ToHex();

    /// <summary>Starts a swarm with the key pair of a seed.</summary>
    public static async Task<OurMeshPeer> StartAsync(OurLoop loop, IReadOnlyList<JsAddress> bootstrap, string seed)
    {
        var node = await OurNode.StartAsync(loop, bootstrap);
        return await loop.RunAsync(() => new OurMeshPeer(loop, node, Keys.Of(seed)));
    }

    /// <summary>Joins a topic; completes when the first announcement is done.</summary>
    public Task JoinAsync(string topic) => _loop.RunAsync(() => _swarm.Join(Bytes32.FromHex(topic)).FlushedAsync());

    /// <summary>Connects to a key, and again whenever that connection is lost.</summary>
    public Task JoinPeerAsync(string publicKey) => _loop.RunAsync(() => _swarm.JoinPeer(Bytes32.FromHex(publicKey)));

    /// <summary>Connects to the key no more.</summary>
    public Task LeavePeerAsync(string publicKey) => _loop.RunAsync(() => _swarm.LeavePeer(Bytes32.FromHex(publicKey)));

    /// <summary>Has the swarm accept connections.</summary>
    public Task ListenAsync() => _loop.RunAsync(() => _swarm.ListenAsync());

    /// <summary>Keeps a peer out.</summary>
    public Task BanPeerAsync(string publicKey) => _loop.RunAsync(() => _swarm.BanPeer(Bytes32.FromHex(publicKey)));

    public Task SuspendAsync() => _loop.RunAsync(_swarm.SuspendAsync);

    public Task ResumeAsync() => _loop.RunAsync(_swarm.ResumeAsync);

    /// <summary>When something was first heard over each connection that stands, by the key of its other end.</summary>
    public Task<Dictionary<string, long>> HeardAsync() =>
        _loop.RunAsync(() =>
            _heard
                .GroupBy(pair => pair.Key.RemotePublicKey)
                .ToDictionary(peers => peers.Key.ToHex(), peers => peers.Min(pair => pair.Value))
        );

    /// <summary>The keys of the peers it is connected to now.</summary>
    public Task<List<string>> ConnectedAsync() =>
        _loop.RunAsync(() => _swarm.Connections.Select(stream => stream.RemotePublicKey.ToHex()).ToList());

    /// <summary>Whether the connection with a peer was dialled from here; null without one.</summary>
    public Task<bool?> HasDialledAsync(string publicKey) =>
        _loop.RunAsync(() =>
            _swarm.Connections.FirstOrDefault(stream => stream.RemotePublicKey.ToHex() == publicKey)?.IsInitiator
        );

    /// <summary>How often it has dialled anybody.</summary>
    public Task<long> DialsAsync() => _loop.RunAsync(() => _swarm.Statistics.ClientAttempted);

    /// <summary>Destroys the connections with these peers.</summary>
    public Task CutAsync(IReadOnlyCollection<string> publicKeys) =>
        _loop.RunAsync(() =>
        {
            foreach (var stream in _swarm.Connections.ToList())
            {
                if (publicKeys.Contains(stream.RemotePublicKey.ToHex()))
                    stream.Destroy();
            }
        });

    public async ValueTask DisposeAsync()
    {
        await _swarm.DisposeAsync();
        await _node.DisposeAsync();
        _keyPair.Dispose();
    }

    private void Take(NoiseSecretStream stream, PeerInfo peer)
    {
        stream.Start(new Listener(this, stream));
        stream.Write("hello"u8);
    }

    private sealed class Listener(OurMeshPeer owner, NoiseSecretStream stream) : IMessageDuplexHandler
    {
        public void OnMessage(ReadOnlySpan<byte> message) => owner._heard.TryAdd(stream, Stopwatch.GetTimestamp());

        public void OnEnd() => stream.End();

        public void OnDrain() { }

        public void OnClose(Exception? error) => owner._heard.Remove(stream);
    }
}
