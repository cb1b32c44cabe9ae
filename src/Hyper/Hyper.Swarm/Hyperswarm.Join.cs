using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>Topics and peers that are wanted.</summary>
public sealed partial class Hyperswarm
{
    /// <summary>
    /// Joins a topic. Several joins of one topic share its discovery; each is left on its own. Joined while suspended, it
    /// is announced and looked up when the swarm is resumed.
    /// </summary>
    /// <exception cref="SwarmException">The swarm is closed.</exception>
    public PeerDiscoverySession Join(in Bytes32 topic, JoinOptions? options = null)
    {
        ThrowIfDestroyed();
        options = JoinOptions.Validated(options);
        var isKnown = _discoveries.TryGetValue(topic, out var discovery);
        if (discovery is null || discovery.IsDestroyed)
        {
            discovery = new PeerDiscovery(this, topic, after: discovery?.DestroyAsync());
            _discoveries[topic] = discovery;
            if (!isKnown)
                SwarmMetrics.Topics.Add(1);
        }
        return discovery.Join(options);
    }

    /// <summary>Leaves a topic for all who joined it: we are no longer announced there. Connections stay.</summary>
    public async Task LeaveAsync(Bytes32 topic)
    {
        Loop.VerifyAccess();
        if (_discoveries.TryGetValue(topic, out var discovery))
            await LeaveAsync(discovery);
    }

    /// <summary>Leaves all topics. Connections stay.</summary>
    public Task ClearAsync()
    {
        Loop.VerifyAccess();
        return Task.WhenAll(_discoveries.Values.ToList().Select(LeaveAsync));
    }

    /// <summary>How it stands with a topic; null when it is not joined.</summary>
    public TopicStatus? GetStatus(in Bytes32 topic)
    {
        Loop.VerifyAccess();
        return _discoveries.TryGetValue(topic, out var discovery) && !discovery.IsDestroyed ? discovery.Status : null;
    }

    internal async Task LeaveAsync(PeerDiscovery discovery)
    {
        await discovery.DestroyAsync();
        if (_discoveries.TryGetValue(discovery.Topic, out var present) && present == discovery)
        {
            _discoveries.Remove(discovery.Topic);
            SwarmMetrics.Topics.Add(-1);
            ForgetTopic(discovery.Topic);
        }
    }

    /// <summary>Connects to a peer by key, and again whenever the connection is lost.</summary>
    public void JoinPeer(in Bytes32 publicKey)
    {
        ThrowIfDestroyed();
        if (Remember(publicKey) is not { IsExplicit: false } peer)
            return;
        // From the queue of those found, where it may wait for a place that it does not need.
        if (peer.IsQueued)
            _queue.Remove(peer);
        peer.IsExplicit = true;
        _explicitPeers++;
        NoteBack(peer);
        if (IsStill)
            peer.IsWaiting = true;
        else if (!_links.ContainsKey(publicKey))
            Enqueue(peer);
    }

    /// <summary>No longer reconnects to a peer asked for by key. A connection stays.</summary>
    public void LeavePeer(in Bytes32 publicKey)
    {
        Loop.VerifyAccess();
        if (_peers.GetValueOrDefault(publicKey) is not { IsExplicit: true } peer)
            return;
        peer.IsExplicit = false;
        _explicitPeers--;
        if (peer.IsWaiting && !IsStillWanted(peer))
            StopWaiting(peer);
        ForgetIfIdle(peer);
        DrainQueues();
    }

    /// <summary>
    /// Completes when every topic's present refresh is over and every peer it brought was connected or has failed once;
    /// true, or false when the swarm was closed meanwhile.
    /// </summary>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDestroyed();
        await Task.WhenAll(_discoveries.Values.Select(discovery => OnLoopAsync(discovery.FlushedAsync())))
            .WaitAsync(cancellationToken);
        var pending = _peers.Values.Where(peer => peer.Settled is not null).Select(peer => peer.Settled!.Task);
        await Task.WhenAll(pending.Select(OnLoopAsync)).WaitAsync(cancellationToken);
        return !IsDestroyed;
    }

    // These tasks never continue anybody in place: waited for directly, WhenAll and WaitAsync go through the thread pool.
    private static async Task OnLoopAsync(Task task) => await task;

    private static async Task<T> OnLoopAsync<T>(Task<T> task) => await task;

    /// <summary>A lookup has found a peer under a topic.</summary>
    internal void OnPeerFound(DhtPeer found, in Bytes32 topic)
    {
        if (IsStill || RememberFound(found.PublicKey) is not { } peer)
            return;
        // A record lives for minutes after its owner. One that says what we know already brings no news of it.
        var isNews = !peer.IsWaiting || !peer.RelayAddresses.Span.SequenceEqual(found.RelayAddresses.Span);
        peer.RelayAddresses = found.RelayAddresses;
        peer.AddTopic(topic);
        if (!isNews || peer.IsQueued || _links.ContainsKey(peer.PublicKey))
            return;
        peer.Reset();
        Enqueue(peer);
    }
}
