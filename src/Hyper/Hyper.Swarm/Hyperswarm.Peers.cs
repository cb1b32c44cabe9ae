using Hyper.Encoding;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>
/// The peers that are known. Those connected are bounded by the limits of connections, those banned by
/// <see cref="HyperswarmOptions.MaxBannedPeers"/>, those joined by key by their owner, all others by
/// <see cref="HyperswarmOptions.MaxKnownPeers"/>.
/// </summary>
public sealed partial class Hyperswarm
{
    private readonly Dictionary<Bytes32, PeerInfo> _peers = [];
    private int _explicitPeers;

    /// <summary>Whether a peer is connected, dialled or to be dialled.</summary>
    internal bool IsPursued(in Bytes32 publicKey) =>
        _links.ContainsKey(publicKey)
        || _peers.GetValueOrDefault(publicKey) is { IsQueued: true } or { IsWaiting: true };

    /// <summary>A topic was left: nobody is wanted for its sake any longer.</summary>
    private void ForgetTopic(in Bytes32 topic)
    {
        foreach (var peer in _peers.Values.ToList())
        {
            peer.RemoveTopic(topic);
            if (peer.IsWaiting && !IsStillWanted(peer))
                Abandon(peer);
        }
    }

    /// <summary>What is known of a peer; null for ourselves.</summary>
    private PeerInfo? Remember(in Bytes32 publicKey)
    {
        if (publicKey == KeyPair.PublicKey)
            return null;
        if (!_peers.TryGetValue(publicKey, out var peer))
            Add(peer = new PeerInfo(this, publicKey));
        return peer;
    }

    /// <summary>The same for a peer that was found; null also when too many are known.</summary>
    private PeerInfo? RememberFound(in Bytes32 publicKey)
    {
        if (_peers.TryGetValue(publicKey, out var peer))
            return peer;
        if (_peers.Count - _links.Count - _bans.Count - _explicitPeers < Options.MaxKnownPeers || TryMakeRoom())
            return Remember(publicKey);
        Statistics.PassedOver++;
        SwarmMetrics.Dropped.Add(1);
        return null;
    }

    /// <summary>Forgets the peer that has failed most, and of those one that we have never reached if there is one.</summary>
    private bool TryMakeRoom()
    {
        PeerInfo? worst = null;
        foreach (var peer in _peers.Values)
        {
            if (peer is not { IsWaiting: true, IsExplicit: false } || _links.ContainsKey(peer.PublicKey))
                continue;
            if (worst is null || (!peer.IsProven, peer.FailedDials).CompareTo((!worst.IsProven, worst.FailedDials)) > 0)
                worst = peer;
        }
        if (worst is null)
            return false;
        Statistics.GaveWay++;
        SwarmMetrics.Dropped.Add(1);
        Abandon(worst);
        return true;
    }

    private void Add(PeerInfo peer)
    {
        _peers.Add(peer.PublicKey, peer);
        SwarmMetrics.Known.Add(1);
    }

    private void ForgetIfIdle(PeerInfo peer)
    {
        if (!peer.IsForgettable || _links.ContainsKey(peer.PublicKey))
            return;
        peer.RetryTimer?.Dispose();
        peer.RetryTimer = null;
        if (_peers.Remove(peer.PublicKey))
            SwarmMetrics.Known.Add(-1);
    }

    private void ForgetAll()
    {
        foreach (var peer in _peers.Values)
        {
            peer.RetryTimer?.Dispose();
            peer.RetryTimer = null;
        }
        SwarmMetrics.Known.Add(-_peers.Count);
        _peers.Clear();
        _bans.Clear();
        _longGone.Clear();
    }
}
