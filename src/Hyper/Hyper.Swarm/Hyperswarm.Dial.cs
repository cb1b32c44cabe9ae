using Hyper.Dht;
using Hyper.SecretStream;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>
/// Dialling. Peers joined by key have a queue of their own: it comes first, and only the number of parallel dials bounds it.
/// </summary>
public sealed partial class Hyperswarm
{
    private readonly DialQueue _queue;
    private readonly DialQueue _explicitQueue;
    private int _dialling;
    private int _clientLinks;
    private bool _isDraining;

    private bool MayDialExplicit => !IsStill && _dialling < Options.MaxParallel;

    private bool HasRoomForTopics =>
        (long)RoomFactor * _links.Count < Options.MaxPeers && _clientLinks < Options.MaxClientConnections;

    /// <summary>Leaves room for peers joined by key. Source: hyperswarm 4.17.2, index.js.</summary>
    private int RoomFactor =>
        _explicitPeers switch
        {
            0 => 1,
            1 => 2,
            < 4 => 3,
            _ => 4,
        };

    private void Enqueue(PeerInfo peer)
    {
        StopWaiting(peer);
        if (peer.IsQueued || peer.IsBanned)
            return;
        peer.UpdatePriority();
        peer.Settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (peer.IsExplicit ? _explicitQueue : _queue).Add(peer);
        DrainQueues();
    }

    private void DrainQueues()
    {
        // A dial that fails at once comes back here: the call that is under way goes on, not one inside the other.
        if (_isDraining)
            return;
        _isDraining = true;
        while (MayDialExplicit && (_explicitQueue.Take() ?? (HasRoomForTopics ? _queue.Take() : null)) is { } peer)
            Dial(peer);
        _isDraining = false;
        // With every place taken and no dial under way, nobody may wait for the queue.
        if (_dialling == 0 && _queue.Count > 0 && !HasRoomForTopics)
            SettleAll();
    }

    private void Dial(PeerInfo peer)
    {
        if (_links.ContainsKey(peer.PublicKey) || !IsWanted(peer) || IsKeptOut(peer.PublicKey))
        {
            Settle(peer);
            Abandon(peer);
            return;
        }
        _ = DialAsync(peer);
    }

    private void EmptyQueues()
    {
        while ((_explicitQueue.Take() ?? _queue.Take()) is { } peer)
            Settle(peer);
        SettleAll();
    }

    private void SettleAll()
    {
        foreach (var peer in _peers.Values)
            Settle(peer);
    }

    private async Task DialAsync(PeerInfo peer)
    {
        var link = new Link(peer, isClient: true);
        _links.Add(peer.PublicKey, link);
        _dialling++;
        _clientLinks++;
        Statistics.ClientAttempted++;
        SwarmMetrics.Dialling.Add(1);
        TellUpdated();
        var startedAt = Loop.Time.GetTimestamp();
        var (stream, outcome) = await TryConnectAsync(link);
        _dialling--;
        SwarmMetrics.Dialling.Add(-1);
        SwarmMetrics.OnDialled(Loop.Time.GetElapsedTime(startedAt), outcome);
        if (stream is null)
            OnLinkGone(link, null);
        else if (IsStill || link.Replacement is not null || link.Peer.IsBanned || stream.IsClosed)
            CloseUnwanted(link, stream);
        else
            OpenLink(link, stream);
        Settle(peer);
        DrainQueues();
    }

    private async Task<(NoiseSecretStream? Stream, string Outcome)> TryConnectAsync(Link link)
    {
        var peer = link.Peer;
        try
        {
            if (Options.FirewallAsync is not null && await IsKeptOutAsync(peer.PublicKey, link.Dialling.Token))
                return (null, "FIREWALLED");
            var options = new DhtConnectOptions
            {
                KeyPair = KeyPair,
                RelayAddresses = peer.RelayAddresses.ToArray(),
                RelayThrough = Options.RelayThrough,
                ForceRelay = peer.ForcesRelay,
            };
            return (await Dht.ConnectAsync(peer.PublicKey, options, link.Dialling.Token), "ok");
        }
        catch (OperationCanceledException)
        {
            LogDialGivenUp(peer.PublicKey);
            return (null, "CANCELLED");
        }
        catch (HyperDhtException error)
        {
            LogDialFailed(peer.PublicKey, error.Code, error.Message);
            if (Options.RelayThrough is not null && !peer.ForcesRelay && IsPathMissing(error.Code))
                peer.OnPathMissing();
            return (null, error.Code);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Such as a socket that the system refuses: it costs this dial and not a place among the parallel ones.
            LogDialBroke(peer.PublicKey, error);
            return (null, error.GetType().Name);
        }
    }

    /// <summary>Source: hyperswarm 4.17.2, index.js; the older 4.14.2 lacks the last.</summary>
    private static bool IsPathMissing(string code) =>
        code
            is HyperDhtErrorCode.HolepunchAborted
                or HyperDhtErrorCode.DoubleRandomizedNats
                or HyperDhtErrorCode.RemoteNotHolepunchable
                or HyperDhtErrorCode.CannotHolepunch;

    private void OpenLink(Link link, NoiseSecretStream stream)
    {
        var peer = link.Peer;
        link.Open(stream, Loop.Time.GetTimestamp());
        _connections.Add(stream);
        peer.OnConnected(link.IsClient);
        NoteBack(peer);
        if (link.IsClient)
            Statistics.ClientOpened++;
        else
            Statistics.ServerOpened++;
        SwarmMetrics.OnOpened(link.IsClient);
        if (peer.LostAt is { } lostAt)
            SwarmMetrics.OnReturned(Loop.Time.GetElapsedTime(lostAt));
        peer.LostAt = null;
        stream.Closed += (_, error) => OnLinkGone(link, error);
        LogConnected(peer.PublicKey, link.IsClient);
        try
        {
            _onConnection(stream, peer);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogConnectionHandlerFailed(peer.PublicKey, error);
            stream.Destroy(error);
        }
        if (!stream.IsClosed)
            TellConnected(stream, peer);
        TellUpdated();
    }

    private void CloseUnwanted(Link link, NoiseSecretStream stream)
    {
        stream.Destroy();
        OnLinkGone(link, null);
    }

    private static void Settle(PeerInfo peer)
    {
        peer.Settled?.TrySetResult();
        peer.Settled = null;
    }
}
