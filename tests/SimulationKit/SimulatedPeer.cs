using System.Diagnostics.CodeAnalysis;
using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.SecretStream;
using Hyper.Swarm;
using TestKit;

namespace SimulationKit;

/// <summary>
/// A peer of a <see cref="SimulatedNetwork"/>: a host with a DHT node and a swarm. It can be stopped, killed and started again
/// with the same identity at the same address; each start makes a new host, node and swarm, as a new process does.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "The key pair lives as long as the network; peers are restarted with it."
)]
public sealed class SimulatedPeer
{
    private readonly SimulatedNetwork _network;
    private readonly SimulatedPlace _place;
    private readonly Action<NoiseSecretStream, PeerInfo> _onConnection;
    private readonly HyperswarmOptions _options;
    private readonly KeyPair _keyPair;
    private SimulatedHost? _host;
    private HyperDht? _dht;
    private Hyperswarm? _swarm;
    private int _segment;

    internal SimulatedPeer(
        SimulatedNetwork network,
        string name,
        SimulatedPlace place,
        Action<NoiseSecretStream, PeerInfo> onConnection,
        HyperswarmOptions options
    )
    {
        _network = network;
        _place = place;
        _onConnection = onConnection;
        _options = options;
        _keyPair = KeyPair.FromSeed(Blake2b.Hash(TextEncoding.UTF8.GetBytes(name)).Span);
        Name = name;
    }

    /// <summary>What it was made with.</summary>
    public string Name { get; }

    /// <summary>Its identity.</summary>
    public Bytes32 PublicKey => _keyPair.PublicKey;

    /// <summary>Whether it is running.</summary>
    public bool IsAlive => _host is not null;

    /// <summary>The present host.</summary>
    public SimulatedHost Host => _host ?? throw Dead();

    /// <summary>The present DHT node.</summary>
    public HyperDht Dht => _dht ?? throw Dead();

    /// <summary>The present swarm.</summary>
    public Hyperswarm Swarm => _swarm ?? throw Dead();

    /// <summary>The part of a split network it is in, also after a restart; see <see cref="SimulatedHost.Segment"/>.</summary>
    public int Segment
    {
        get => _segment;
        set
        {
            _segment = value;
            if (_host is not null)
                _host.Segment = value;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/> or <see cref="KillAsync"/>; it has joined nothing.</summary>
    public void Start()
    {
        if (IsAlive)
            throw new InvalidOperationException($"{Name} is running.");
        _host = _place.CreateHost();
        _host.Segment = _segment;
        _dht = _network.CreateNode(_host, isPersistent: false, _keyPair);
        _swarm = Hyperswarm.Create(_dht, _onConnection, _options);
    }

    /// <summary>Stops it in good order: it takes its announcements back and ends its connections. Nothing if it is not running.</summary>
    public async Task StopAsync()
    {
        if (TakeDown() is not { } process)
            return;
        await process.Swarm.DestroyAsync();
        await process.Dht.DestroyAsync();
        process.Host.Crash();
    }

    /// <summary>Ends it without a word to anybody, as kill -9 does. Nothing if it is not running.</summary>
    public async Task KillAsync()
    {
        if (TakeDown() is not { } process)
            return;
        process.Host.Crash();
        // The dead process's memory goes: its timers and connections. What it would say has no way out.
        var swarm = process.Swarm.DestroyAsync();
        await process.Dht.DestroyAsync(force: true);
        await swarm;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private (SimulatedHost Host, HyperDht Dht, Hyperswarm Swarm)? TakeDown()
    {
        if (_host is null)
            return null;
        var process = (_host, _dht!, _swarm!);
        (_host, _dht, _swarm) = (null, null, null);
        return process;
    }

    private InvalidOperationException Dead() => new($"{Name} is not running.");
}
