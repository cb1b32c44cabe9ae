using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.SecretStream;

namespace Hyper.Core.Internal;

/// <summary>
/// A topic that somebody here has a session of, or had a moment ago: its sessions, and a channel on each connection whose other
/// side may know it too. Active while one of its sessions is; peers are told when that changes.
/// </summary>
internal sealed class WakeupTopic
{
    /// <summary>How long the channels stay after the last session: whoever opens the next one soon finds its peers there.</summary>
    private static readonly TimeSpan _linger = TimeSpan.FromSeconds(10);

    private readonly ProtomuxWakeup _wakeup;
    private readonly Bytes32 _key;
    private readonly List<WakeupSession> _sessions = [];
    private readonly List<WakeupPeer> _peers = [];
    private readonly Dictionary<Protomux, WakeupPeer> _byMux = [];
    private readonly LoopTimer _lingerTimer;
    private bool _isClosed;

    public WakeupTopic(ProtomuxWakeup wakeup, in Bytes32 discoveryKey, in Bytes32 key)
    {
        _wakeup = wakeup;
        DiscoveryKey = discoveryKey;
        _key = key;
        _lingerTimer = wakeup.Loop.Time.CreateTimer(static state => ((WakeupTopic)state!).Close(), this);
    }

    public Bytes32 DiscoveryKey { get; }

    public bool IsActive { get; private set; }

    public int Sessions => _sessions.Count;

    /// <summary>Peers that have shown that they know the key.</summary>
    public IReadOnlyList<WakeupPeer> Peers => _peers;

    /// <summary>These, and those of whom it is not known yet.</summary>
    public IEnumerable<WakeupPeer> Everyone => _byMux.Values.ToArray();

    public bool Has(WakeupSession session) => _sessions.Contains(session);

    public WakeupPeer? FindPeer(NoiseSecretStream stream) =>
        stream.UserData is Protomux mux && _byMux.TryGetValue(mux, out var peer) && peer.IsOpen ? peer : null;

    public WakeupSession Add(IWakeupHandler handler, bool isActive)
    {
        _lingerTimer.Disarm();
        var session = new WakeupSession(this, handler, isActive);
        _sessions.Add(session);
        UpdateActivity();
        return session;
    }

    public void Remove(WakeupSession session)
    {
        if (!_sessions.Remove(session) || _isClosed)
            return;
        UpdateActivity();
        if (_sessions.Count == 0)
            _lingerTimer.Arm(_linger);
    }

    public void UpdateActivity()
    {
        var isActive = _sessions.Exists(session => session.IsActive);
        if (isActive == IsActive)
            return;
        IsActive = isActive;
        foreach (var peer in Everyone)
            peer.SendInfo(isActive);
        if (isActive)
            OpenEverywhere();
    }

    public void OpenEverywhere()
    {
        foreach (var connection in _wakeup.Connections.ToArray())
            Open(connection);
    }

    /// <summary>Opens the channel on a connection, unless there is one or the connection has no keys yet.</summary>
    public void Open(KeyedConnection connection)
    {
        if (_isClosed || _byMux.ContainsKey(connection.Mux) || !connection.TryOpen())
            return;
        if (WakeupPeer.TryOpen(this, connection, IsActive) is { } peer)
            _byMux.Add(connection.Mux, peer);
    }

    public void Close()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _lingerTimer.Dispose();
        foreach (var peer in Everyone)
            peer.Close();
        _sessions.Clear();
        _wakeup.Remove(this);
    }

    /// <summary>Shows on one connection that its sender knows the key.</summary>
    /// <param name="isInitiator">Whether the side that sends it began the connection.</param>
    /// <param name="handshakeHash">The 64 bytes that both sides of the connection have in common.</param>
    public Bytes32 ComputeCapability(bool isInitiator, ReadOnlySpan<byte> handshakeHash) =>
        ComputeCapability(_key, isInitiator, handshakeHash);

    /// <inheritdoc cref="ComputeCapability(bool, ReadOnlySpan{byte})"/>
    public static Bytes32 ComputeCapability(in Bytes32 key, bool isInitiator, ReadOnlySpan<byte> handshakeHash)
    {
        var space = isInitiator ? CoreNamespaces.WakeupInitiator : CoreNamespaces.WakeupResponder;
        // Not keyed, unlike that of a replication channel.
        return Blake2b.Hash(space.Span, key.Span, handshakeHash);
    }

    public void NoteRefused() => _wakeup.Refused++;

    public void OnOpened(WakeupPeer peer)
    {
        _peers.Add(peer);
        Tell(handler => handler.OnPeerAdded(peer));
        if (peer is { IsOpen: true, IsActive: true })
            OnActivity(peer);
    }

    public void OnClosed(WakeupPeer peer, KeyedConnection connection, bool wasOpen)
    {
        _byMux.Remove(connection.Mux);
        if (!wasOpen)
            return;
        _peers.Remove(peer);
        Tell(handler => handler.OnPeerRemoved(peer));
    }

    public void OnActivity(WakeupPeer peer)
    {
        if (peer.IsActive)
            Tell(handler => handler.OnPeerActive(peer));
        else
            Tell(handler => handler.OnPeerInactive(peer));
    }

    public void OnLookup(WakeupPeer peer, Bytes32? hash) => Tell(handler => handler.OnLookup(peer, hash));

    public void OnAnnounce(WakeupPeer peer, WakeupWriter[] writers) =>
        Tell(handler => handler.OnAnnounce(peer, writers));

    /// <summary>Handlers may open and dispose sessions.</summary>
    private void Tell(Action<IWakeupHandler> tell)
    {
        foreach (var session in _sessions.ToArray())
        {
            if (_sessions.Contains(session))
                tell(session.Handler);
        }
    }
}
