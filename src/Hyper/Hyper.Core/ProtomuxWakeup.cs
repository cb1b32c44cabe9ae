using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.SecretStream;

namespace Hyper.Core;

/// <summary>
/// Tells peers which cores of a group have something new, so that nobody has to keep all of them open. Who knows a topic's key
/// meets the others on every connection, asks with a lookup and answers with an announcement.
/// </summary>
/// <remarks>
/// Belongs to the loop. It owns the topics; a topic owns its sessions and its channels, one on each connection; connections are
/// their owners'. Source: protomux-wakeup 2.4.0 and 2.9.0, index.js, which are equal on the wire; see docs/protocol/wakeup.md.
/// </remarks>
public sealed class ProtomuxWakeup : IDisposable
{
    /// <summary>Name of the channels' protocol.</summary>
    public const string Protocol = "wakeup";

    private readonly Dictionary<Bytes32, WakeupTopic> _topics = [];
    private readonly Dictionary<Protomux, KeyedConnection> _connections = [];
    private readonly Func<Bytes32, ValueTask>? _onUnknown;
    private bool _isDisposed;

    /// <summary>Without streams and topics.</summary>
    /// <param name="loop">Of all streams.</param>
    /// <param name="onUnknown">
    /// Called with the discovery key of a topic that the other side opens and nobody here has a session of; whoever opens one
    /// before the task completes meets that peer, otherwise its open is rejected. Nobody by default.
    /// </param>
    public ProtomuxWakeup(EventLoop loop, Func<Bytes32, ValueTask>? onUnknown = null)
    {
        loop.VerifyAccess();
        Loop = loop;
        _onUnknown = onUnknown;
    }

    /// <summary>How often a channel or connection was given up: for a wrong capability, or bytes that do not decode.</summary>
    public long Refused { get; internal set; }

    internal EventLoop Loop { get; }

    internal IEnumerable<KeyedConnection> Connections => _connections.Values;

    /// <summary>Meets the other side of a connection in every topic, now and later, until the connection ends.</summary>
    /// <param name="stream">A connection that nobody reads, or that a <see cref="Protomux"/> reads. Stays its owner's.</param>
    public void AddStream(NoiseSecretStream stream)
    {
        var mux = Protomux.From(stream);
        if (!_connections.ContainsKey(mux))
            Add(new KeyedConnection(mux, stream));
    }

    /// <summary>Begins to hear of a topic.</summary>
    /// <param name="key">Who does not know it is not met; it is never sent.</param>
    /// <param name="handler">Hears of the topic until the session is disposed.</param>
    /// <param name="isActive">Whether the session works with the topic from the beginning.</param>
    /// <param name="discoveryKey">Id of the channels; that of <paramref name="key"/> by default.</param>
    public WakeupSession OpenSession(
        Bytes32 key,
        IWakeupHandler handler,
        bool isActive = true,
        Bytes32? discoveryKey = null
    )
    {
        Loop.VerifyAccess();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var id = discoveryKey ?? Crypto.DiscoveryKey.From(key);
        if (_topics.TryGetValue(id, out var topic))
            return topic.Add(handler, isActive);
        topic = new WakeupTopic(this, id, key);
        _topics.Add(id, topic);
        var session = topic.Add(handler, isActive);
        topic.OpenEverywhere();
        return session;
    }

    /// <summary>Closes every channel. Connections stay.</summary>
    public void Dispose()
    {
        Loop.VerifyAccess();
        if (_isDisposed)
            return;
        _isDisposed = true;
        foreach (var topic in _topics.Values.ToArray())
            topic.Close();
        foreach (var mux in _connections.Keys)
            mux.Unpair(Protocol);
        _connections.Clear();
    }

    internal void Add(KeyedConnection connection)
    {
        Loop.VerifyAccess();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _connections.Add(connection.Mux, connection);
        connection.Closed += () => _connections.Remove(connection.Mux);
        connection.OpenedLater += () => OpenActive(connection);
        connection.Mux.Pair(Protocol, (_, id) => PairAsync(connection, id));
        OpenActive(connection);
    }

    internal void Remove(WakeupTopic topic) => _topics.Remove(topic.DiscoveryKey);

    private void OpenActive(KeyedConnection connection)
    {
        if (_isDisposed || !connection.TryOpen())
            return;
        foreach (var topic in _topics.Values.ToArray())
        {
            if (topic.IsActive)
                topic.Open(connection);
        }
    }

    private async ValueTask PairAsync(KeyedConnection connection, ReadOnlyMemory<byte> id)
    {
        if (id.Length != Bytes32.Length || _isDisposed || !connection.TryOpen())
            return;
        var discoveryKey = new Bytes32(id.Span);
        if (!HasSession(discoveryKey) && _onUnknown is { } onUnknown)
            await onUnknown(discoveryKey);
        if (HasSession(discoveryKey))
            _topics[discoveryKey].Open(connection);
    }

    private bool HasSession(in Bytes32 discoveryKey) =>
        _topics.TryGetValue(discoveryKey, out var topic) && topic.Sessions > 0;
}
