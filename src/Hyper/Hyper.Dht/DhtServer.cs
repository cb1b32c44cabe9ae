using Hyper.Crypto;
using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Announcing;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Internal.Serving;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht;

/// <summary>
/// Listens for connections under a public key.
/// </summary>
/// <remarks>
/// Made by <see cref="HyperDht.CreateServer"/>; belongs to that node and its loop. States: created, listening, closed.
/// While listening it is announced at three nodes near its key, which pass clients' handshakes on. A handshake takes a
/// slot in a <see cref="HandshakeTable"/>; the slot answers repeats of it, waits for the client's first packet, and goes
/// when its deadline has passed. Nothing a client sends costs a socket.
/// </remarks>
public sealed partial class DhtServer : IRoutedServer
{
    private static readonly TimeSpan _unannouncePatience = TimeSpan.FromSeconds(1);

    private readonly HyperDht _dht;
    private readonly Action<NoiseSecretStream, UdxStream> _onConnection;
    private readonly HandshakeTable _handshakes;
    private KeyPair? _keyPair;
    private Announcer? _announcer;
    private Task? _listening;
    private Task? _closed;

    internal DhtServer(HyperDht dht, Action<NoiseSecretStream, UdxStream> onConnection, DhtServerOptions options)
    {
        _dht = dht;
        _onConnection = onConnection;
        Options = DhtServerOptions.Validated(options);
        _handshakes = new HandshakeTable(this);
        _refused = new TwoGenerationCache<Bytes32, bool>(dht.Loop.Time, MaxRefused, HandshakeTiming.ClearWait * 2);
    }

    /// <summary>What it was made with.</summary>
    public DhtServerOptions Options { get; }

    /// <summary>Running totals.</summary>
    public DhtServerStatistics Statistics { get; } = new();

    /// <summary>The key it listens under; zero before <see cref="ListenAsync"/>.</summary>
    public Bytes32 PublicKey => _keyPair?.PublicKey ?? default;

    /// <summary>Whether it is listening.</summary>
    public bool IsListening => _listening is not null && _closed is null;

    /// <summary>Nodes through which it can be reached, at most three: to be announced with topics.</summary>
    public IReadOnlyList<UdpAddress> RelayAddresses => _announcer?.RelayAddresses ?? [];

    /// <summary>
    /// Raised on the loop when <see cref="RelayAddresses"/> have changed: topic records that name the old ones are stale. A
    /// handler that throws is logged and costs nothing else.
    /// </summary>
    public event Action? RelayAddressesChanged;

    byte[] IRoutedServer.Record => _announcer?.Record ?? [];

    internal HyperDht Dht => _dht;

    internal KeyPair KeyPair => _keyPair ?? throw new InvalidOperationException("The server does not listen.");

    internal Announcer Announcer => _announcer ?? throw new InvalidOperationException("The server does not listen.");

    internal int HandshakeCount => _handshakes.Count;

    /// <summary>Begins to listen; completes when the first announce is done.</summary>
    /// <param name="keyPair">The identity, or null for the node's own. Stays the caller's and must outlive the server.</param>
    /// <exception cref="HyperDhtException">It listens already, the key is in use on this node, or the node is closed.</exception>
    public Task ListenAsync(KeyPair? keyPair = null)
    {
        _dht.Loop.VerifyAccess();
        if (_listening is not null || _closed is not null)
        {
            throw new HyperDhtException(
                HyperDhtErrorCode.AlreadyListening,
                "A server listens once. Make another with CreateServer."
            );
        }
        keyPair ??= _dht.KeyPair;
        var announcer = new Announcer(_dht, keyPair);
        _dht.Register(this, announcer.Target, keyPair.PublicKey);
        _keyPair = keyPair;
        _announcer = announcer;
        announcer.OnRelayAddressesChanged = TellRelayAddressesChanged;
        return _listening = announcer.StartAsync();
    }

    /// <summary>
    /// Stops listening: drops handshakes under way and tells the relays to forget the key, for at most a second.
    /// Connections handed over stay.
    /// </summary>
    public Task CloseAsync()
    {
        _dht.Loop.VerifyAccess();
        return _closed ??= CloseCoreAsync();
    }

    /// <summary>Announces afresh soon, because the network has changed.</summary>
    public void Refresh() => _announcer?.Refresh();

    /// <summary>Whether a probe from this host belongs to a client that is being let in, and is to be sent back.</summary>
    internal bool TryTakeEcho(in UdpAddress from) => _handshakes.TryTakeEcho(from);

    private void TellRelayAddressesChanged() =>
        Callbacks.Raise(RelayAddressesChanged, error => _dht.LogCallbackFailed(error, nameof(RelayAddressesChanged)));

    /// <summary>Drops everything and says nothing to anybody.</summary>
    internal void Abandon()
    {
        if (_closed is not null)
            return;
        _closed = Task.CompletedTask;
        if (_announcer is not { } announcer)
            return;
        _dht.Unregister(this, announcer.Target);
        _handshakes.Clear();
        announcer.Dispose();
    }

    private async Task CloseCoreAsync()
    {
        if (_announcer is not { } announcer)
            return;
        _dht.Unregister(this, announcer.Target);
        _handshakes.Clear();
        await announcer.StopAsync(_unannouncePatience);
    }
}
