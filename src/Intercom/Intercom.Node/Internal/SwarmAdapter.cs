using Hyper.Encoding;
using Hyper.Mux;
using Hyper.SecretStream;
using Hyper.Swarm;
using Intercom.Sidechannels;

namespace Intercom.Node.Internal;

/// <summary>
/// A Hyperswarm as sidechannels see it: one mux on each connection, shared by all planes. Belongs to the swarm's loop.
/// </summary>
internal sealed class SwarmAdapter(ProtomuxOptions muxOptions) : ISidechannelSwarm
{
    private readonly Dictionary<Bytes32, PeerDiscoverySession> _sessions = [];
    private readonly HashSet<SwarmConnection> _connections = [];
    private ISidechannelSwarmHandler? _handler;

    /// <summary>The swarm; set once, right after it was made with <see cref="OnConnection"/>.</summary>
    public Hyperswarm Swarm { get; set; } = null!;

    public IReadOnlyCollection<SwarmConnection> Connections => _connections;

    public void OnConnection(NoiseSecretStream stream, PeerInfo peer)
    {
        var connection = new SwarmConnection(stream, muxOptions);
        _connections.Add(connection);
        connection.Mux.Closed += (_, _) => Remove(connection);
        _handler?.OnConnected(connection);
    }

    public void Attach(ISidechannelSwarmHandler handler)
    {
        _handler = handler;
        foreach (var connection in _connections.ToList())
            handler.OnConnected(connection);
    }

    public void Join(Bytes32 topic)
    {
        if (!_sessions.ContainsKey(topic) && !Swarm.IsDestroyed)
            _sessions.Add(topic, Swarm.Join(topic));
    }

    public void Leave(Bytes32 topic)
    {
        if (_sessions.Remove(topic, out var session))
            _ = session.DestroyAsync();
    }

    /// <summary>Completes when the topics joined so far are announced and looked up, whatever the outcome.</summary>
    public Task FlushedAsync() => Task.WhenAll(_sessions.Values.Select(session => session.FlushedAsync()));

    private void Remove(SwarmConnection connection)
    {
        if (_connections.Remove(connection))
            _handler?.OnDisconnected(connection);
    }
}
