using System.Threading.Channels;
using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Mux;
using Hyper.SecretStream;
using Interop.Tests.Harness;
using Interop.Tests.Matrix;

namespace Interop.Tests.Ours;

/// <summary>A HyperDHT node of ours on loopback, used as <see cref="JsNode"/> uses a partner's.</summary>
public sealed class OurNode : IRecordClient, IAsyncDisposable
{
    private readonly OurLoop _loop;
    private readonly List<KeyPair> _keyPairs = [];

    private OurNode(OurLoop loop, HyperDht dht)
    {
        _loop = loop;
        Dht = dht;
    }

    public HyperDht Dht { get; }

    /// <summary>The key with which it dials, in hexadecimal.</summary>
    public string PublicKey => Dht.KeyPair.PublicKey.ToHex();

    /// <summary>Starts a node and waits until it has found its way into the network.</summary>
    public static Task<OurNode> StartAsync(
        OurLoop loop,
        IReadOnlyList<JsAddress> bootstrap,
        bool isFirewalled = false
    ) =>
        StartAsync(
            loop,
            HyperDhtOptions.LocalTestnet with
            {
                Firewalled = isFirewalled ? true : null,
                Bootstrap = [.. bootstrap.Select(address => address.ToUdp())],
            }
        );

    /// <summary>Starts the first node of a network: it knows nobody, and stores and routes for others.</summary>
    /// <param name="loop">Its loop.</param>
    /// <param name="port">Where it is bound.</param>
    /// <param name="publicAddress">Where others reach it, as a path between leads there.</param>
    public static Task<OurNode> StartFirstAsync(OurLoop loop, ushort port, JsAddress publicAddress) =>
        StartAsync(
            loop,
            HyperDhtOptions.LocalTestnet with
            {
                Port = port,
                AnyPort = false,
                Ephemeral = false,
                Firewalled = false,
                PublicAddress = publicAddress.ToUdp(),
            }
        );

    /// <summary>Pings an address; returns where the other saw the ping come from.</summary>
    public async Task<JsAddress> PingAsync(JsAddress to)
    {
        var result = await _loop.RunAsync(() => Dht.Rpc.PingAsync(to.ToUdp()));
        return (result.Reply ?? throw new IOException($"No answer to a ping of {to}: {result.Status}.")).To.ToJs();
    }

    /// <summary>Waits until no stream is open and none lingers to answer its other side.</summary>
    public Task RestAsync() =>
        Until.TrueAsync(
            () => _loop.RunAsync(() => Dht.OpenResources == (0, 0)),
            "the streams of the closed connections to be forgotten",
            TimeSpan.FromMinutes(2)
        );

    /// <summary>Serves a key pair with Protomux; the muxes wait to be taken.</summary>
    public Task<ChannelReader<Protomux>> ListenWithMuxAsync(string seed)
    {
        var keyPair = Keys.Of(seed);
        _keyPairs.Add(keyPair);
        return _loop.RunAsync(async () =>
        {
            var accepted = Channel.CreateUnbounded<Protomux>();
            await Dht.CreateServer(stream => accepted.Writer.TryWrite(new Protomux(stream))).ListenAsync(keyPair);
            return accepted.Reader;
        });
    }

    /// <summary>Dials a public key for Protomux.</summary>
    public Task<Protomux> ConnectWithMuxAsync(string publicKey) =>
        _loop.RunAsync(async () => new Protomux(await Dht.ConnectAsync(Bytes32.FromHex(publicKey))));

    /// <summary>Serves a key pair; the connections wait to be accepted, already in <paramref name="mode"/>.</summary>
    public Task<OurServer> ListenAsync(
        string seed,
        StreamMode mode = StreamMode.Hash,
        bool refuseAll = false,
        DhtServerOptions? options = null
    )
    {
        var keyPair = Keys.Of(seed);
        _keyPairs.Add(keyPair);
        return _loop.RunAsync(async () =>
        {
            var accepted = Channel.CreateUnbounded<OurConnection>();
            var server = Dht.CreateServer(
                stream => accepted.Writer.TryWrite(new OurConnection(stream, new OurMessageStream(stream, mode))),
                (options ?? new DhtServerOptions()) with
                {
                    Firewall = (in _, in _) => refuseAll,
                }
            );
            await server.ListenAsync(keyPair);
            return new OurServer(_loop, server, accepted.Reader);
        });
    }

    /// <summary>Dials a public key.</summary>
    /// <exception cref="HyperDhtException">There is no such peer, no path to it, or it says no.</exception>
    public Task<OurConnection> ConnectAsync(
        string publicKey,
        DhtConnectOptions? options = null,
        StreamMode mode = StreamMode.Hash
    ) =>
        _loop.RunAsync(async () =>
        {
            var stream = await Dht.ConnectAsync(Bytes32.FromHex(publicKey), options);
            return new OurConnection(stream, new OurMessageStream(stream, mode));
        });

    /// <summary>Nodes that know how to reach a key. Called on the loop.</summary>
    public async Task<List<FoundPeer>> FindRelaysAsync(string publicKey)
    {
        var relays = new List<FoundPeer>();
        await foreach (var found in Dht.FindPeerAsync(Bytes32.FromHex(publicKey)))
            relays.Add(found);
        return relays;
    }

    /// <summary>The public keys announced under a topic, each once.</summary>
    public Task<HashSet<string>> LookupAsync(string topic) =>
        _loop.RunAsync(async () =>
        {
            var keys = new HashSet<string>();
            await foreach (var found in Dht.LookupAsync(Bytes32.FromHex(topic)))
                keys.Add(found.Peer.PublicKey.ToHex());
            return keys;
        });

    /// <summary>Announces the key pair of a seed under a topic; returns at how many nodes.</summary>
    public Task<int> AnnounceAsync(string topic, string seed) =>
        RunWithAsync(
            seed,
            async pair => (await Dht.AnnounceAsync(Bytes32.FromHex(topic), pair).FinishedAsync()).Commits
        );

    /// <summary>Takes the announcement back.</summary>
    public Task UnannounceAsync(string topic, string seed) =>
        RunWithAsync(
            seed,
            async pair =>
            {
                await Dht.UnannounceAsync(Bytes32.FromHex(topic), pair);
                return true;
            }
        );

    /// <summary>Stores a value under its hash, which is returned.</summary>
    public async Task<string> PutImmutableAsync(byte[] value) =>
        (await _loop.RunAsync(() => Dht.ImmutablePutAsync(value))).Target.ToHex();

    /// <summary>The value with this hash, or null.</summary>
    public async Task<byte[]?> GetImmutableAsync(string hash) =>
        (await _loop.RunAsync(() => Dht.ImmutableGetAsync(Bytes32.FromHex(hash))))?.ToArray();

    /// <summary>Stores a signed value under the public key of a seed, which is returned.</summary>
    public Task<string> PutMutableAsync(string seed, byte[] value, ulong seq) =>
        RunWithAsync(
            seed,
            async pair =>
            {
                await Dht.MutablePutAsync(pair, value, seq);
                return pair.PublicKey.ToHex();
            }
        );

    /// <summary>The newest value of a key, or null.</summary>
    public Task<MutableRecord?> GetMutableAsync(string publicKey) =>
        _loop.RunAsync(() => Dht.MutableGetAsync(Bytes32.FromHex(publicKey)));

    Task IRecordClient.AnnounceAsync(string topic, string seed) => AnnounceAsync(topic, seed);

    async Task<IReadOnlySet<string>> IRecordClient.LookupAsync(string topic) => await LookupAsync(topic);

    Task<string> IRecordClient.PutMutableAsync(string seed, byte[] value, long seq) =>
        PutMutableAsync(seed, value, (ulong)seq);

    async Task<(long Seq, byte[] Value)?> IRecordClient.GetMutableAsync(string publicKey) =>
        await GetMutableAsync(publicKey) is { } found ? ((long)found.Seq, found.Value.ToArray()) : null;

    public async ValueTask DisposeAsync()
    {
        await Dht.DisposeAsync();
        foreach (var keyPair in _keyPairs)
            keyPair.Dispose();
    }

    /// <summary>Starts a node with options of the test's own.</summary>
    public static async Task<OurNode> StartAsync(OurLoop loop, HyperDhtOptions options)
    {
        var dht = await loop.RunAsync(async () =>
        {
            var node = HyperDht.Create(loop.Loop, options);
            await node.FullyBootstrappedAsync();
            return node;
        });
        return new OurNode(loop, dht);
    }

    private async Task<T> RunWithAsync<T>(string seed, Func<KeyPair, Task<T>> work)
    {
        using var keyPair = Keys.Of(seed);
        return await _loop.RunAsync(() => work(keyPair));
    }
}
