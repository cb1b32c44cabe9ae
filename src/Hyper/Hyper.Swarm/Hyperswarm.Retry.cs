using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>
/// Dialling again. A peer is wanted while it was joined by key or a topic under which it was found is joined as a client.
/// While wanted it is dialled after each loss and each failure, at the slowest every 60 to 90 s, for ever if a dial has
/// ever succeeded (see <see cref="HyperswarmOptions.MaxLongGonePeers"/>), else eight times.
/// </summary>
public sealed partial class Hyperswarm
{
    private readonly LinkedList<PeerInfo> _longGone = [];

    private bool IsWanted(PeerInfo peer) => !IsDestroyed && !peer.IsBanned && (peer.IsExplicit || IsOnTopic(peer));

    private bool IsStillWanted(PeerInfo peer) =>
        IsWanted(peer)
        && peer.Reconnects
        && (peer.IsExplicit || peer.IsProven || peer.FailedDials <= RetryPolicy.MaxFailedDials);

    private bool IsOnTopic(PeerInfo peer)
    {
        foreach (var topic in peer.Topics)
        {
            if (_discoveries.TryGetValue(topic, out var discovery) && discovery.IsClient)
                return true;
        }
        return false;
    }

    /// <summary>Has a peer dialled again when its time comes, or when the swarm is resumed.</summary>
    /// <param name="peer">The peer, with its failure counted.</param>
    /// <param name="isTheirTurn">Whether the peer had dialled and may be expected to do so again.</param>
    private void RetryLater(PeerInfo peer, bool isTheirTurn)
    {
        peer.IsWaiting = true;
        if (IsStill)
            return;
        if (peer is { IsProven: true, IsExplicit: false } && RetryPolicy.IsLongGone(peer))
            NoteLongGone(peer);
        if (!peer.IsWaiting)
            return;
        peer.RetryTimer ??= Loop.Time.CreateTimer(_ => Retry(peer), null);
        peer.RetryTimer.Arm(RetryPolicy.GetDelay(peer, isTheirTurn, Loop.Random));
    }

    private void NoteLongGone(PeerInfo peer)
    {
        peer.LongGoneNode ??= _longGone.AddLast(peer);
        if (_longGone.Count <= Options.MaxLongGonePeers)
            return;
        Statistics.GaveWay++;
        SwarmMetrics.Dropped.Add(1);
        var longest = _longGone.First!.Value;
        NoteBack(longest);
        StopWaiting(longest);
        if (longest != peer)
            ForgetIfIdle(longest);
    }

    /// <summary>The peer is long gone no longer, or is left alone.</summary>
    private void NoteBack(PeerInfo peer)
    {
        if (peer.LongGoneNode is { } node)
            _longGone.Remove(node);
        peer.LongGoneNode = null;
    }

    private void Retry(PeerInfo peer)
    {
        peer.IsWaiting = false;
        if (!IsStill && IsStillWanted(peer) && !_links.ContainsKey(peer.PublicKey))
            Enqueue(peer);
        else
            Abandon(peer);
    }

    private void Abandon(PeerInfo peer)
    {
        StopWaiting(peer);
        NoteBack(peer);
        ForgetIfIdle(peer);
    }

    private static void WaitForResume(PeerInfo peer)
    {
        peer.RetryTimer?.Disarm();
        peer.IsWaiting = true;
    }

    private static void StopWaiting(PeerInfo peer)
    {
        peer.IsWaiting = false;
        peer.RetryTimer?.Disarm();
    }

    /// <summary>Whoever waits is due now, and nobody's failures count: what they failed on was another network.</summary>
    /// <returns>How many waited.</returns>
    private int RetryAllNow()
    {
        var waiting = _peers.Values.Where(peer => peer.IsWaiting).ToList();
        foreach (var peer in waiting)
        {
            peer.Reset();
            peer.RetryTimer?.Disarm();
            NoteBack(peer);
            Retry(peer);
        }
        return waiting.Count;
    }
}
