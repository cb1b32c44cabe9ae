using Hyper.Loop;

namespace Hyper.Swarm.Internal;

/// <summary>
/// Peers to be dialled: the highest priority first, at random within one, so that peers of one topic do not all dial
/// the same few.
/// </summary>
internal sealed class DialQueue(IRandomSource random)
{
    private readonly List<PeerInfo>[] _byPriority =
    [
        .. Enumerable.Range(0, (int)PeerPriority.VeryHigh + 1).Select(_ => new List<PeerInfo>()),
    ];

    public int Count { get; private set; }

    public void Add(PeerInfo peer)
    {
        peer.IsQueued = true;
        _byPriority[(int)peer.Priority].Add(peer);
        Count++;
        SwarmMetrics.Queued.Add(1);
    }

    public void Remove(PeerInfo peer)
    {
        if (!_byPriority[(int)peer.Priority].Remove(peer))
            return;
        peer.IsQueued = false;
        Count--;
        SwarmMetrics.Queued.Add(-1);
    }

    public PeerInfo? Take()
    {
        for (var i = _byPriority.Length - 1; i >= 0; i--)
        {
            var peers = _byPriority[i];
            if (peers.Count == 0)
                continue;
            var index = random.Next(peers.Count);
            var peer = peers[index];
            peers[index] = peers[^1];
            peers.RemoveAt(peers.Count - 1);
            peer.IsQueued = false;
            Count--;
            SwarmMetrics.Queued.Add(-1);
            return peer;
        }
        return null;
    }
}
