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
/// (<c>Hyperswarm.Retry.cs</c>). Suspended, it is as if the network were gone (<c>Hyperswarm.Suspend.cs</c>). See
/// docs/protocol/hyperswarm.md.
/// </para>
/// </remarks>
public sealed partial class Hyperswarm : IAsyncDisposable
{
    private readonly Action<NoiseSecretStream, PeerInfo> _onConnection;
    private readonly Dictionary<Bytes32, Link> _links = [];
    private readonly Dictionary<Bytes32, PeerDiscovery> _discoveries = [];
    private readonly HashSet<NoiseSecretStream> _connections = [];
    private readonly CancellationTokenSource _closing = new();
    private DhtServer _server;
    private Task? _listening;
    private Task _destroyed = Task.CompletedTask;
    private bool _mustListen;

    private Hyperswarm(HyperDht dht, Action<NoiseSecretStream, PeerInfo> onConnection, HyperswarmOptions options)
    {
        Dht = dht;
        Options = options;
        _logger = options.Logger;
        _onConnection = onConnection;
        KeyPair = options.KeyPair ?? dht.KeyPair;
        _queue = new DialQueue(dht.Loop.Random);
        _explicitQueue = new DialQueue(dht.Loop.Random);
        _server = CreateServer();
        dht.NetworkChanged += OnNetworkChanged;
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

    /// <summary>The topics that are joined.</summary>
    public IReadOnlyCollection<Bytes32> Topics => _discoveries.Keys;

    /// <summary>Dials under way.</summary>
    public int Connecting => _dialling;

    /// <summary>Whether <see cref="DestroyAsync"/> was called.</summary>
    public bool IsDestroyed { get; private set; }

    internal IReadOnlyList<UdpAddress> ServerRelayAddresses => _server.RelayAddresses;

    /// <summary>Whether the swarm neither dials nor accepts, being suspended or closed.</summary>
    internal bool IsStill => IsDestroyed || IsSuspended || _isDown;

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
        return new Hyperswarm(dht, onConnection, HyperswarmOptions.Validated(options));
    }

    /// <summary>
    /// Listens under our key; once, and only when a topic is joined as a server or this is called. A suspended swarm
    /// listens when it is resumed.
    /// </summary>
    public Task ListenAsync()
    {
        ThrowIfDestroyed();
        _mustListen = true;
        if (IsStill)
            return Task.CompletedTask;
        if (_listening is { IsCompleted: true, IsCompletedSuccessfully: false })
        {
            // A server listens once; the next may be luckier, such as when the key was in use.
            _ = _server.CloseAsync();
            _server = CreateServer();
            _listening = null;
        }
        return _listening ??= StartListeningAsync();
    }

    /// <summary>
    /// Closes the swarm: forgets its topics at the DHT, closes the server and all connections. Takes about a second at
    /// most, however the network is.
    /// </summary>
    /// <param name="force">Closes at once; what was announced stays until it expires.</param>
    public Task DestroyAsync(bool force = false)
    {
        Loop.VerifyAccess();
        if (!IsDestroyed)
        {
            IsDestroyed = true;
            _destroyed = DestroyCoreAsync(force);
        }
        return _destroyed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Loop.InvokeAsync(() => DestroyAsync());

    private DhtServer CreateServer()
    {
        var server = Dht.CreateServer(
            OnServerConnection,
            new DhtServerOptions
            {
                Firewall = (in Bytes32 key, in UdpAddress _) => IsKeptOut(key),
                RelayThrough = Options.RelayThrough,
            }
        );
        server.RelayAddressesChanged += RefreshTopics;
        return server;
    }

    /// <summary>As an async method, so that a refusal fails the task and not the caller.</summary>
    private async Task StartListeningAsync() => await _server.ListenAsync(KeyPair);

    /// <summary>Cancels here and now: what waits for the token must not be told from another thread.</summary>
    private void Interrupt() => _closing.Cancel();

    private async Task DestroyCoreAsync(bool force)
    {
        Dht.NetworkChanged -= OnNetworkChanged;
        Interrupt();
        var leaving = _discoveries.Values.Select(discovery => discovery.DestroyAsync(force)).ToList();
        SwarmMetrics.Topics.Add(-_discoveries.Count);
        _discoveries.Clear();
        foreach (var peer in _peers.Values)
            StopWaiting(peer);
        var closing = _server.CloseAsync();
        try
        {
            if (!force)
                await Task.WhenAll([.. leaving, closing]);
        }
        finally
        {
            EmptyQueues();
            DestroyLinks();
            ForgetAll();
        }
    }

    private void ThrowIfDestroyed()
    {
        Loop.VerifyAccess();
        if (IsDestroyed)
            throw new SwarmException(SwarmException.Destroyed, "The swarm is closed. Make a new one.");
    }
}
