using Hyper.Encoding;
using Hyper.Mux;
using Hyper.SecretStream;

namespace Hyper.Core.Internal;

/// <summary>
/// One connection over which cores of a store are replicated. It knows which of them take part and opens their channels once
/// the connection has its keys, at once or when the other side asks first. Belongs to the loop; ends with the connection, which
/// belongs to its mux.
/// </summary>
internal sealed class ReplicationLink
{
    private readonly Dictionary<Bytes32, Replicator> _replicators = [];
    private readonly HashSet<Bytes32> _refused = [];
    private readonly KeyedConnection _connection;

    /// <summary>A link over a connection that may still be without keys.</summary>
    public ReplicationLink(Protomux mux, NoiseSecretStream stream)
        : this(new KeyedConnection(mux, stream)) { }

    /// <summary>A link over any stream of messages; both sides have to know the same hash.</summary>
    public ReplicationLink(Protomux mux, bool isInitiator, ReadOnlySpan<byte> handshakeHash)
        : this(new KeyedConnection(mux, isInitiator, handshakeHash)) { }

    private ReplicationLink(KeyedConnection connection)
    {
        _connection = connection;
        connection.OpenedLater += OpenChannels;
        connection.Closed += Close;
    }

    /// <summary>Raised once when the connection is gone.</summary>
    public event Action<ReplicationLink>? Closed;

    public Protomux Mux => _connection.Mux;

    public bool IsInitiator => _connection.IsInitiator;

    /// <summary>The other side's key; zero where the connection has none.</summary>
    public Bytes32 RemotePublicKey => _connection.RemotePublicKey;

    /// <summary>Whether the connection has had its keys.</summary>
    public bool IsOpen => _connection.IsOpen;

    public bool IsClosed => _connection.IsClosed;

    public ReadOnlySpan<byte> HandshakeHash => _connection.HandshakeHash;

    public bool IsAttached(Replicator replicator) => _replicators.ContainsKey(replicator.DiscoveryKey);

    /// <summary>Whether the other side broke the rules of this core: it gets no other channel for it on this connection.</summary>
    public bool IsRefused(in Bytes32 discoveryKey) => _refused.Contains(discoveryKey);

    public void Refuse(in Bytes32 discoveryKey) => _refused.Add(discoveryKey);

    /// <summary>Has a core take part; its channel is opened as soon as the connection has keys.</summary>
    public void Attach(Replicator replicator)
    {
        if (IsClosed || !_replicators.TryAdd(replicator.DiscoveryKey, replicator))
            return;
        foreach (var name in ReplicationPeer.ProtocolNames)
            Mux.Pair(name, replicator.DiscoveryKey.ToArray(), (_, _) => PairAsync(replicator));
        replicator.OnAttached(this);
        if (_connection.TryOpen())
            replicator.OpenChannel(this);
    }

    public void Detach(Replicator replicator)
    {
        if (!_replicators.Remove(replicator.DiscoveryKey))
            return;
        foreach (var name in ReplicationPeer.ProtocolNames)
            Mux.Unpair(name, replicator.DiscoveryKey.ToArray());
        replicator.OnDetached(this);
    }

    private ValueTask PairAsync(Replicator replicator)
    {
        if (_connection.TryOpen())
            replicator.OpenChannel(this);
        return ValueTask.CompletedTask;
    }

    private void OpenChannels()
    {
        foreach (var replicator in _replicators.Values.ToArray())
            replicator.OpenChannel(this);
    }

    private void Close()
    {
        foreach (var replicator in _replicators.Values.ToArray())
            Detach(replicator);
        Closed?.Invoke(this);
    }
}
