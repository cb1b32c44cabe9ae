using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>A simulated DHT and swarms on it, each on its own host.</summary>
internal sealed class SwarmLab(int seed)
{
    private readonly List<UdpAddress> _bootstrap = [];
    private readonly List<HyperDht> _dht = [];
    private int _nextHost = 1;

    public SimulatedWorld World { get; } = new(seed);

    public static Bytes32 Topic(byte fill)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        bytes.Fill(fill);
        return new Bytes32(bytes);
    }

    /// <summary>Starts the nodes of the DHT, the first being the bootstrap.</summary>
    public async Task StartDhtAsync(int nodes = 8)
    {
        for (var i = 0; i < nodes; i++)
        {
            var dht = CreateNode(ephemeral: false);
            if (i == 0)
                _bootstrap.Add(new UdpAddress(((SimulatedHost)dht.Loop).Address, dht.LocalAddress.Port));
            _dht.Add(dht);
        }
        foreach (var dht in _dht)
            await dht.FullyBootstrappedAsync();
    }

    /// <summary>Kills every node of the DHT; a new one follows with the same bootstrap address and nothing on record.</summary>
    public async Task ReplaceDhtAsync(int nodes = 8)
    {
        var bootstrap = (SimulatedHost)_dht[0].Loop;
        foreach (var dht in _dht)
            ((SimulatedHost)dht.Loop).Crash();
        _dht.Clear();
        _dht.Add(CreateNode(bootstrap, ephemeral: false, keyPair: null));
        for (var i = 1; i < nodes; i++)
            _dht.Add(CreateNode(ephemeral: false));
        foreach (var dht in _dht)
            await dht.FullyBootstrappedAsync();
    }

    /// <summary>Takes every node of the DHT down.</summary>
    public async Task StopDhtAsync()
    {
        foreach (var dht in _dht)
            await dht.DestroyAsync(force: true);
    }

    /// <summary>Runs a test in a world with a DHT of eight nodes.</summary>
    public static void Run(int seed, Func<SwarmLab, Task> body, TimeSpan? deadline = null)
    {
        var lab = new SwarmLab(seed);
        lab.World.Run(
            async () =>
            {
                await lab.StartDhtAsync();
                await body(lab);
            },
            deadline
        );
    }

    /// <summary>Runs a test with two peers that have not joined anything.</summary>
    public static void RunPair(int seed, Func<SwarmLab, SwarmPeer, SwarmPeer, Task> body) =>
        Run(seed, lab => body(lab, lab.CreatePeer(1), lab.CreatePeer(2)));

    /// <summary>Joins the topic with one after the other, and waits until both have greeted each other.</summary>
    public static async Task<PeerDiscoverySession> ConnectAsync(SwarmPeer a, SwarmPeer b, Bytes32 topic)
    {
        await a.Swarm.Join(topic).FlushedAsync();
        var session = b.Swarm.Join(topic);
        await Task.WhenAll(a.GreetedAsync(b), b.GreetedAsync(a));
        return session;
    }

    /// <summary>Who is on record under a topic, as a newcomer finds it.</summary>
    public async Task<List<Bytes32>> LookUpAsync(Bytes32 topic)
    {
        List<Bytes32> found = [];
        await foreach (var item in CreatePeer(200).Dht.LookupAsync(topic))
            found.Add(item.Peer.PublicKey);
        return found;
    }

    public SwarmPeer CreatePeer(byte keySeed, HyperswarmOptions? options = null) =>
        new(CreateNode(ephemeral: null, KeyPairOf(keySeed)), options ?? new HyperswarmOptions());

    /// <summary>A peer behind a NAT of its own that has another port for each destination.</summary>
    public SwarmPeer CreatePeerBehindSymmetricNat(byte keySeed, HyperswarmOptions? options = null)
    {
        var nat = World.CreateNat($"20.0.0.{_nextHost++}", NatBehaviour.Symmetric);
        var dht = CreateNode(nat.CreateHost("192.168.1.2"), ephemeral: null, KeyPairOf(keySeed));
        return new SwarmPeer(dht, options ?? new HyperswarmOptions());
    }

    private static KeyPair KeyPairOf(byte keySeed)
    {
        Span<byte> keyBytes = stackalloc byte[KeyPair.SeedBytes];
        keyBytes.Fill(keySeed);
        return KeyPair.FromSeed(keyBytes);
    }

    private HyperDht CreateNode(bool? ephemeral, KeyPair? keyPair = null)
    {
        var host = World.CreateHost($"10.0.{_nextHost / 250}.{1 + (_nextHost % 250)}");
        _nextHost++;
        return CreateNode(host, ephemeral, keyPair);
    }

    private HyperDht CreateNode(SimulatedHost host, bool? ephemeral, KeyPair? keyPair) =>
        HyperDht.Create(
            host,
            new HyperDhtOptions
            {
                Bootstrap = _bootstrap.ToArray(),
                Ephemeral = ephemeral,
                Firewalled = ephemeral == false ? false : null,
                KeyPair = keyPair,
                PublicAddress = ephemeral == false ? new UdpAddress(host.Address, HyperDhtOptions.DefaultPort) : null,
                LocalHosts = () => [host.Address],
            }
        );
}
