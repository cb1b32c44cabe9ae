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
    private readonly NoiseSecretStream? _stream;
    private byte[] _handshakeHash = [];

    /// <summary>A link over a connection that may still be without keys.</summary>
    public ReplicationLink(Protomux mux, NoiseSecretStream stream)
    {
        Mux = mux;
        _stream = stream;
        Mux.Closed += (_, _) => Close();
        if (!TryOpen())
            _ = OpenLaterAsync(stream);
    }

    /// <summary>A link over any stream of messages; both sides have to know the same hash.</summary>
    public ReplicationLink(Protomux mux, bool isInitiator, ReadOnlySpan<byte> handshakeHash)
    {
        Mux = mux;
        IsInitiator = isInitiator;
        _handshakeHash = handshakeHash.ToArray();
        IsOpen = true;
        Mux.Closed += (_, _) => Close();
    }

    /// <summary>Raised once when the connection is gone.</summary>
    public event Action<ReplicationLink>? Closed;

    public Protomux Mux { get; }

    public bool IsInitiator { get; private set; }

    /// <summary>The other side's key; zero where the connection has none.</summary>
    public Bytes32 RemotePublicKey => _stream?.RemotePublicKey ?? default;

    /// <summary>Whether the connection has its keys and is there.</summary>
    public bool IsOpen { get; private set; }

    public bool IsClosed { get; private set; }

    public ReadOnlySpan<byte> HandshakeHash => _handshakeHash;

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
        if (TryOpen())
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
        if (TryOpen())
            replicator.OpenChannel(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes the connection's keys when they are there. The other side can ask before we were told of them.</summary>
    private bool TryOpen()
    {
        if (IsOpen || IsClosed || _stream is null || !_stream.IsOpen || _stream.IsClosed)
            return IsOpen && !IsClosed;
        IsOpen = true;
        IsInitiator = _stream.IsInitiator;
        _handshakeHash = _stream.HandshakeHash.ToArray();
        return true;
    }

    private async Task OpenLaterAsync(NoiseSecretStream stream)
    {
        await stream.Opened;
        if (!TryOpen())
            return;
        foreach (var replicator in _replicators.Values.ToArray())
            replicator.OpenChannel(this);
    }

    private void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        foreach (var replicator in _replicators.Values.ToArray())
            Detach(replicator);
        Closed?.Invoke(this);
    }
}
