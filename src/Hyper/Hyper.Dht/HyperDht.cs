using Hyper.Crypto;
using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Connecting;
using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Internal.Serving;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Dht;

/// <summary>
/// A node of the HyperDHT: finds peers by public key or topic, listens and connects by public key, and stores small
/// records. Wire compatible with hyperdht 6.
/// </summary>
/// <remarks>
/// Belongs to one <see cref="EventLoop"/>; every member is called there, and streams and callbacks live there. From
/// another thread use <see cref="EventLoop.InvokeAsync{T}(Func{Task{T}})"/>. It owns the RPC node, the UDX node with all
/// sockets and streams, the router, the record store, its servers and the attempts to connect, and takes all of them
/// down in <see cref="DestroyAsync"/>. Every node, ephemeral or not, passes handshakes and punch messages on for others;
/// records are kept only while it is persistent. See docs/protocol/hyperdht.md.
/// </remarks>
public sealed partial class HyperDht : IAsyncDisposable
{
    private readonly DhtRpcNode _node;
    private readonly UdxNode _udx;
    private readonly Router _router;
    private readonly PersistentStore _store;
    private readonly PunchSockets _punchSockets;
    private readonly RelayAddressCache _relayAddresses = new();
    private readonly HashSet<DhtServer> _servers = [];
    private readonly HashSet<ConnectAttempt> _attempts = [];
    private Task _destroyed = Task.CompletedTask;

    private HyperDht(EventLoop loop, HyperDhtOptions options)
    {
        Loop = loop;
        Options = options;
        _logger = options.Logger;
        KeyPair = options.KeyPair ?? CreateKeyPair(loop.Random);
        var limits = new PersistentStoreLimits();
        _router = new Router(loop, limits);
        _store = new PersistentStore(loop, _router, limits);
        _udx = new UdxNode(loop);
        _node = new DhtRpcNode(loop, CreateRpcOptions(options), new CommandHandler(this));
        RandomPunches = new RandomPunchLimiter(loop.Time);
        _punchSockets = new PunchSockets(loop, _udx, _node, options.Host);
        _admission = new HandshakeAdmission(loop, options.HandshakesPerSecond, options.HandshakesPerSecondPerNetwork);
        LocalAddresses = new LocalAddresses(options, _node, loop.Time, LogInterfacesUnknown);
        _interfaces = new InterfaceWatch(
            loop,
            options.LocalHosts,
            LocalAddresses.Use,
            OnInterfacesChanged,
            LogInterfacesUnknown
        );
    }

    /// <summary>The loop that owns the node.</summary>
    public EventLoop Loop { get; }

    /// <summary>What it was made with.</summary>
    public HyperDhtOptions Options { get; }

    /// <summary>The identity for listening and connecting where none is given.</summary>
    public KeyPair KeyPair { get; }

    /// <summary>The RPC node below, for its state, counters and events.</summary>
    public DhtRpcNode Rpc => _node;

    /// <summary>The address of the server socket on this machine.</summary>
    public UdpAddress LocalAddress => _node.ServerSocket?.LocalAddress ?? default;

    /// <summary>Whether <see cref="DestroyAsync"/> was called.</summary>
    public bool IsDestroyed { get; private set; }

    /// <summary>Handshakes and punch messages passed on for others.</summary>
    public long Forwarded => _router.Forwarded;

    /// <summary>Handshakes and punch messages of others dropped by the limits on what is passed on.</summary>
    public long ForwardsLimited => _router.Limited;

    /// <summary>How often it punched.</summary>
    public DhtPunchStatistics PunchStatistics { get; } = new();

    /// <summary>How often its connections needed relays.</summary>
    public DhtRelayStatistics RelayStatistics { get; } = new();

    /// <summary>Streams and sockets that are open, for tests of leaks.</summary>
    internal (int Streams, int PunchSockets) OpenResources => (_udx.StreamCount, _punchSockets.Count);

    /// <summary>Connects under way, those that move from a relay included, for tests of leaks.</summary>
    internal int OpenAttempts => _attempts.Count;

    internal UdxNode Udx => _udx;

    internal Router Router => _router;

    internal PersistentStore Store => _store;

    internal PunchSockets PunchSockets => _punchSockets;

    internal RandomPunchLimiter RandomPunches { get; }

    internal RelayAddressCache RelayAddresses => _relayAddresses;

    /// <summary>The RPC node's present socket, or null while the node has none.</summary>
    internal DhtSocket? PresentSocket => (DhtSocket?)_node.PresentSocket;

    /// <summary>Makes a node, opens its sockets and begins to bootstrap. Called on the loop.</summary>
    /// <param name="loop">The loop that will own it.</param>
    /// <param name="options">Its behaviour; for a network on one machine <see cref="HyperDhtOptions.LocalTestnet"/>.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public static HyperDht Create(EventLoop loop, HyperDhtOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        loop.VerifyAccess();
        var dht = new HyperDht(loop, options ?? new HyperDhtOptions());
        dht._node.NatChanged += dht.RefreshServers;
        dht._node.WokeUp += dht.OnWokeUp;
        dht._node.Start();
        dht.WatchInterfaces();
        return dht;
    }

    /// <summary>The id under which records and routes of a key are kept: its BLAKE2b hash.</summary>
    public static Bytes32 GetTarget(in Bytes32 publicKey) => Blake2b.Hash(publicKey.Span);

    /// <inheritdoc cref="DhtRpcNode.FullyBootstrappedAsync"/>
    public Task<DhtNodeState> FullyBootstrappedAsync(CancellationToken cancellationToken = default) =>
        _node.FullyBootstrappedAsync(cancellationToken);

    private DhtRpcOptions CreateRpcOptions(HyperDhtOptions options) =>
        new()
        {
            Host = options.Host,
            Port = options.Port,
            AnyPort = options.AnyPort,
            Bootstrap = options.Bootstrap,
            Nodes = options.Nodes,
            Ephemeral = options.Ephemeral,
            Firewalled = options.Firewalled,
            PublicAddress = options.PublicAddress,
            PersistentAfter = options.PersistentAfter,
            PersistentRetry = options.PersistentRetry,
            NodeFilter = KnownBadNodes.IsUsable,
            SocketFactory = new DhtSocketFactory(_udx, new ServerProbes(this)),
            Logger = options.Logger,
        };

    private static KeyPair CreateKeyPair(IRandomSource random)
    {
        Span<byte> seed = stackalloc byte[KeyPair.SeedBytes];
        random.Fill(seed);
        var keyPair = KeyPair.FromSeed(seed);
        seed.Clear();
        return keyPair;
    }

    /// <summary>Where we are, or how we are seen, has changed: handshakes would go to the old place.</summary>
    private void RefreshServers()
    {
        foreach (var server in _servers)
            server.Refresh();
    }

    private void ThrowIfDestroyed()
    {
        Loop.VerifyAccess();
        if (IsDestroyed)
            throw new HyperDhtException(
                HyperDhtErrorCode.NodeDestroyed,
                "The DHT node is closed. Make a new one with HyperDht.Create."
            );
    }
}
