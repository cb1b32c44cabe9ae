using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>
/// Finds peers by topic and keeps one encrypted connection with each. Compatible with hyperswarm 4.
/// </summary>
/// <remarks>
/// Belongs to the loop of its DHT node; all members are called there, and connections are handed over there. It owns a
/// <see cref="PeerDiscovery"/> for each topic (who is there), a <see cref="PeerInfo"/> for each peer it may dial, and a
/// link for each connection or attempt. The DHT node stays its maker's.
/// <para>
/// Flow: a topic is announced and looked up; a peer found is queued and dialled by key; a connection, from whichever
/// side, is handed to the connection handler, who starts the stream. Two peers that dial each other keep exactly one
/// connection, by a rule that both sides compute alike (<c>Hyperswarm.Accept.cs</c>). A lost connection is dialled again
/// by the side that dialled it (<see cref="RetryPolicy"/>). See docs/protocol/hyperswarm.md.
/// </para>
/// </remarks>
public sealed partial class Hyperswarm : IAsyncDisposable
{
    private readonly Action<NoiseSecretStream, PeerInfo> _onConnection;
    private readonly Dictionary<Bytes32, PeerInfo> _peers = [];
    private readonly Dictionary<Bytes32, Link> _links = [];
    private readonly Dictionary<Bytes32, PeerDiscovery> _discoveries = [];
    private readonly HashSet<NoiseSecretStream> _connections = [];
    private readonly DialQueue _queue;
    private readonly DhtServer _server;
    private Task? _listening;
    private Task _destroyed = Task.CompletedTask;
    private int _dialling;
    private int _serverLinks;
    private bool _isDraining;

    private Hyperswarm(HyperDht dht, Action<NoiseSecretStream, PeerInfo> onConnection, HyperswarmOptions options)
    {
        Dht = dht;
        Options = options;
        _logger = options.Logger;
        _onConnection = onConnection;
        KeyPair = options.KeyPair ?? dht.KeyPair;
        _queue = new DialQueue(dht.Loop.Random);
        _server = dht.CreateServer(
            OnServerConnection,
            new DhtServerOptions { Firewall = (in Bytes32 key, in UdpAddress _) => IsKeptOut(key) }
        );
        _server.RelayAddressesChanged += RefreshTopics;
    }

    /// <summary>The node below.</summary>
    public HyperDht Dht { get; }

    /// <summary>The loop that owns the swarm.</summary>
    public EventLoop Loop => Dht.Loop;

    /// <summary>What it was made with.</summary>
    public HyperswarmOptions Options { get; }

    /// <summary>Our identity.</summary>
    public KeyPair KeyPair { get; }

    /// <summary>Running totals.</summary>
    public SwarmStatistics Statistics { get; } = new();

    /// <summary>The open connections.</summary>
    public IReadOnlyCollection<NoiseSecretStream> Connections => _connections;

    /// <summary>The peers that are known, by public key.</summary>
    public IReadOnlyDictionary<Bytes32, PeerInfo> Peers => _peers;

    internal IReadOnlyList<UdpAddress> ServerRelayAddresses => _server.RelayAddresses;

    /// <summary>Dials under way.</summary>
    public int Connecting => _dialling;

    /// <summary>Whether <see cref="DestroyAsync"/> was called.</summary>
    public bool IsDestroyed { get; private set; }

    /// <summary>Makes a swarm. It does nothing until a topic or a peer is joined.</summary>
    /// <param name="dht">The node to work with; must outlive the swarm.</param>
    /// <param name="onConnection">Takes each new connection, on the loop, and starts its stream in that call.</param>
    /// <param name="options">Its behaviour.</param>
    public static Hyperswarm Create(
        HyperDht dht,
        Action<NoiseSecretStream, PeerInfo> onConnection,
        HyperswarmOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(dht);
        dht.Loop.VerifyAccess();
        return new Hyperswarm(dht, onConnection, options ?? new HyperswarmOptions());
    }

    /// <summary>Listens under our key; once, and only when a topic is joined as a server or this is called.</summary>
    public Task ListenAsync()
    {
        ThrowIfDestroyed();
        return _listening ??= _server.ListenAsync(KeyPair);
    }

    /// <summary>
    /// Closes the swarm: forgets its topics at the DHT, closes the server and all connections. Takes about a second at
    /// most, however the network is.
    /// </summary>
    public Task DestroyAsync()
    {
        Loop.VerifyAccess();
        if (!IsDestroyed)
        {
            IsDestroyed = true;
            _destroyed = DestroyCoreAsync();
        }
        return _destroyed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Loop.InvokeAsync(DestroyAsync);

    private async Task DestroyCoreAsync()
    {
        var leaving = _discoveries.Values.Select(discovery => discovery.DestroyAsync()).ToList();
        _discoveries.Clear();
        foreach (var peer in _peers.Values)
            peer.RetryTimer?.Dispose();
        try
        {
            await Task.WhenAll([.. leaving, _server.CloseAsync()]);
        }
        finally
        {
            foreach (var link in _links.Values.ToList())
                link.Destroy(null);
            while (_queue.Take() is { } peer)
                Settle(peer);
            _peers.Clear();
        }
    }

    private void ThrowIfDestroyed()
    {
        Loop.VerifyAccess();
        if (IsDestroyed)
            throw new SwarmException(SwarmException.Destroyed, "The swarm is closed. Make a new one.");
    }
}
