using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Swarm;

/// <summary>Topics and peers that are wanted.</summary>
public sealed partial class Hyperswarm
{
    /// <summary>Joins a topic. Several joins of one topic share its discovery; each is left on its own.</summary>
    /// <exception cref="SwarmException">The swarm is closed.</exception>
    public PeerDiscoverySession Join(in Bytes32 topic, JoinOptions? options = null)
    {
        ThrowIfDestroyed();
        if (!_discoveries.TryGetValue(topic, out var discovery) || discovery.IsDestroyed)
        {
            discovery = new PeerDiscovery(this, topic, after: discovery?.DestroyAsync());
            _discoveries[topic] = discovery;
        }
        return discovery.Join(options ?? new JoinOptions());
    }

    /// <summary>Leaves a topic for all who joined it: we are no longer announced there. Connections stay.</summary>
    public async Task LeaveAsync(Bytes32 topic)
    {
        Loop.VerifyAccess();
        if (_discoveries.TryGetValue(topic, out var discovery))
            await LeaveAsync(discovery);
    }

    internal async Task LeaveAsync(PeerDiscovery discovery)
    {
        await discovery.DestroyAsync();
        if (_discoveries.TryGetValue(discovery.Topic, out var present) && present == discovery)
            _discoveries.Remove(discovery.Topic);
    }

    /// <summary>Connects to a peer by key, and again whenever the connection is lost.</summary>
    public void JoinPeer(in Bytes32 publicKey)
    {
        ThrowIfDestroyed();
        if (Remember(publicKey) is not { } peer)
            return;
        peer.IsExplicit = true;
        if (!_links.ContainsKey(publicKey) && peer.UpdatePriority())
            Enqueue(peer);
    }

    /// <summary>No longer reconnects to a peer asked for by key. A connection stays.</summary>
    public void LeavePeer(in Bytes32 publicKey)
    {
        Loop.VerifyAccess();
        if (!_peers.TryGetValue(publicKey, out var peer))
            return;
        peer.IsExplicit = false;
        ForgetIfIdle(peer);
    }

    /// <summary>
    /// Completes when every topic's present refresh is over and every peer it brought was connected or has failed once.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDestroyed();
        await Task.WhenAll(_discoveries.Values.Select(discovery => OnLoopAsync(discovery.FlushedAsync())))
            .WaitAsync(cancellationToken);
        var pending = _peers.Values.Where(peer => peer.Settled is not null).Select(peer => peer.Settled!.Task);
        await Task.WhenAll(pending.Select(OnLoopAsync)).WaitAsync(cancellationToken);
    }

    // These tasks never continue anybody in place: waited for directly, WhenAll and WaitAsync go through the thread pool.
    private static async Task OnLoopAsync(Task task) => await task;

    /// <summary>A lookup has found a peer under a topic.</summary>
    internal void OnPeerFound(DhtPeer found, in Bytes32 topic)
    {
        if (IsDestroyed || Remember(found.PublicKey) is not { } peer)
            return;
        peer.RelayAddresses = found.RelayAddresses;
        peer.AddTopic(topic);
        if (_links.ContainsKey(peer.PublicKey))
            return;
        if (peer.Priority < PeerPriority.Normal || !peer.IsClient)
            peer.Reset();
        if (peer.UpdatePriority())
            Enqueue(peer);
    }

    /// <summary>Our addresses have changed: find out which connections live, and announce afresh.</summary>
    public void OnNetworkChanged()
    {
        Loop.VerifyAccess();
        foreach (var connection in _connections)
            connection.SendKeepAlive();
        _server.Refresh();
        RefreshTopics();
    }

    /// <summary>Announces every topic afresh: what is on record of us no longer leads here.</summary>
    private void RefreshTopics()
    {
        foreach (var discovery in _discoveries.Values)
            discovery.RefreshSoon();
    }

    /// <summary>What is known of a peer; null for ourselves, and when too many are known that are not connected.</summary>
    private PeerInfo? Remember(in Bytes32 publicKey, bool isConnected = false)
    {
        if (publicKey == KeyPair.PublicKey)
            return null;
        if (_peers.TryGetValue(publicKey, out var peer))
            return peer;
        if (!isConnected && _peers.Count - _links.Count >= Options.MaxKnownPeers)
        {
            Statistics.PassedOver++;
            return null;
        }
        peer = new PeerInfo(publicKey);
        _peers.Add(publicKey, peer);
        return peer;
    }

    private void ForgetIfIdle(PeerInfo peer)
    {
        if (!peer.IsForgettable || _links.ContainsKey(peer.PublicKey))
            return;
        peer.RetryTimer?.Dispose();
        _peers.Remove(peer.PublicKey);
    }
}
