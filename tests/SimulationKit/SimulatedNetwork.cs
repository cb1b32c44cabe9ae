using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Swarm;
using TestKit;

namespace SimulationKit;

/// <summary>
/// A whole peer-to-peer network in one process on virtual time: a DHT and swarms, each on a host of its own, from UDP packets
/// up. Nothing of the stack is replaced but sockets, clock and randomness.
/// </summary>
/// <remarks>
/// A run is fixed by its seed to the last bit of the last datagram: print the seed of a random run, and the same seed repeats it.
/// Everything happens on the thread that calls <see cref="Run"/>, inside its body; virtual time passes only while the body awaits.
/// See the README beside this file.
/// <code>
/// SimulatedNetwork.Run(seed, async network =>
/// {
///     var alice = network.CreatePeer("alice", (stream, _) => { stream.Start(new Greeter()); stream.Write("hello"u8); });
///     var bob = network.CreatePeer("bob", (stream, _) => stream.Start(new Listener(heard)));
///     alice.Swarm.Join(SimulatedNetwork.Topic("chess"));
///     bob.Swarm.Join(SimulatedNetwork.Topic("chess"));
///     await heard.Task;
/// });
/// </code>
/// </remarks>
public sealed class SimulatedNetwork
{
    private const int HostsPerNetwork = 250;

    private readonly List<HyperDht> _dhtNodes = [];
    private readonly List<SimulatedPeer> _peers = [];
    private readonly List<UdpAddress> _bootstrap = [];
    private int _hosts;

    private SimulatedNetwork(SimulatedWorld world) => World = world;

    /// <summary>The hosts, links and clock below: conditions of the links, time, what is left over.</summary>
    public SimulatedWorld World { get; }

    /// <summary>The nodes of the DHT.</summary>
    public IReadOnlyList<HyperDht> DhtNodes => _dhtNodes;

    /// <summary>Every peer that was made, alive or not.</summary>
    public IReadOnlyList<SimulatedPeer> Peers => _peers;

    /// <summary>Starts a network and runs <paramref name="body"/> in it.</summary>
    /// <param name="seed">Fixes the run; <c>TestSeed.Next()</c> chooses one, prints it, and takes <c>TEST_SEED</c> to repeat.</param>
    /// <param name="body">The test; its awaits continue in the network.</param>
    /// <param name="options">The network's size and links.</param>
    /// <exception cref="TimeoutException">The virtual deadline passed, or nothing was left that could ever happen.</exception>
    /// <exception cref="InvalidOperationException">A thread outside brought work, so that the run would not repeat.</exception>
    public static void Run(int seed, Func<SimulatedNetwork, Task> body, SimulatedNetworkOptions? options = null)
    {
        options ??= new SimulatedNetworkOptions();
        if (options.DhtNodes < 3)
            throw new ArgumentException("Peers find each other from three DHT nodes on.", nameof(options));
        var world = new SimulatedWorld(seed)
        {
            Conditions = options.Conditions,
            Trace = options.Trace,
            IsSealed = true,
        };
        var network = new SimulatedNetwork(world);
        world.Run(
            async () =>
            {
                await network.StartDhtAsync(options.DhtNodes);
                await body(network);
            },
            options.Deadline
        );
    }

    /// <summary>The topic of a name: its BLAKE2b hash.</summary>
    public static Bytes32 Topic(string name) => Blake2b.Hash(TextEncoding.UTF8.GetBytes(name));

    /// <summary>Adds a peer on a host of its own and starts it.</summary>
    /// <param name="name">Its identity is derived from this: the same name has the same key in every run.</param>
    /// <param name="onConnection">Takes each of its connections, as <see cref="Hyperswarm.Create"/> says; starts the stream.</param>
    /// <param name="options">Of its swarm.</param>
    /// <param name="nat">The NAT of its own that it is behind, or null for a public address.</param>
    public SimulatedPeer CreatePeer(
        string name,
        Action<NoiseSecretStream, PeerInfo> onConnection,
        HyperswarmOptions? options = null,
        NatBehaviour? nat = null
    )
    {
        var place = new SimulatedPlace(World, NextAddress(), nat);
        var peer = new SimulatedPeer(this, name, place, onConnection, options ?? new HyperswarmOptions());
        _peers.Add(peer);
        peer.Start();
        return peer;
    }

    /// <summary>Cuts peers off from all others and from the DHT; among themselves they stay connected.</summary>
    /// <param name="segment">The number of their part, not 0.</param>
    /// <param name="peers">Who is cut off.</param>
    public static void Split(int segment, params IEnumerable<SimulatedPeer> peers)
    {
        foreach (var peer in peers)
            peer.Segment = segment;
    }

    /// <summary>Ends every split.</summary>
    public void Heal() => Split(0, _peers);

    /// <summary>Waits until <paramref name="condition"/> holds; looks once a virtual <paramref name="interval"/>.</summary>
    /// <param name="condition">Null once all is well, else what is amiss.</param>
    /// <param name="patience">Longest virtual time.</param>
    /// <param name="interval">A second by default.</param>
    /// <returns>The virtual time it took.</returns>
    /// <exception cref="TimeoutException">Something is still amiss after <paramref name="patience"/>; the text says what.</exception>
    public async Task<TimeSpan> UntilAsync(Func<string?> condition, TimeSpan patience, TimeSpan? interval = null)
    {
        var start = World.Elapsed;
        while (condition() is { } fault)
        {
            if (World.Elapsed - start > patience)
                throw new TimeoutException($"After {patience} of virtual time (seed {World.Seed}): {fault}");
            await World.Delay(interval ?? TimeSpan.FromSeconds(1));
        }
        return World.Elapsed - start;
    }

    /// <summary>Stops every peer and the DHT in good order, and waits until nothing is left that could happen.</summary>
    /// <exception cref="InvalidOperationException">A socket or a timer is left over after two minutes.</exception>
    public async Task StopAsync()
    {
        foreach (var peer in _peers)
            await peer.StopAsync();
        foreach (var node in _dhtNodes)
            await node.DestroyAsync(force: true);
        await World.Delay(TimeSpan.FromMinutes(2));
        if (World.OpenSockets != 0 || World.ArmedTimers != 0)
        {
            throw new InvalidOperationException(
                $"{World.OpenSockets} sockets and {World.ArmedTimers} timers are left over (seed {World.Seed})."
            );
        }
    }

    internal HyperDht CreateNode(SimulatedHost host, bool isPersistent, KeyPair? keyPair = null) =>
        HyperDht.Create(
            host,
            new HyperDhtOptions
            {
                Bootstrap = [.. _bootstrap],
                Ephemeral = isPersistent ? false : null,
                Firewalled = isPersistent ? false : null,
                KeyPair = keyPair,
                PublicAddress = isPersistent ? new UdpAddress(host.Address, HyperDhtOptions.DefaultPort) : null,
                LocalHosts = () => [host.Address],
            }
        );

    private async Task StartDhtAsync(int nodes)
    {
        for (var i = 0; i < nodes; i++)
        {
            var host = World.CreateHost(NextAddress());
            _dhtNodes.Add(CreateNode(host, isPersistent: true));
            if (i == 0)
                _bootstrap.Add(new UdpAddress(host.Address, HyperDhtOptions.DefaultPort));
        }
        foreach (var node in _dhtNodes)
            await node.FullyBootstrappedAsync();
    }

    private string NextAddress()
    {
        var number = _hosts++;
        return $"10.0.{number / HostsPerNetwork}.{1 + number % HostsPerNetwork}";
    }
}
