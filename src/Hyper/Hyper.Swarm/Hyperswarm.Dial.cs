using Hyper.Dht;
using Hyper.Encoding;
using Hyper.SecretStream;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>Dialling.</summary>
public sealed partial class Hyperswarm
{
    private bool MayDial => !IsDestroyed && _dialling < Options.MaxParallel && _links.Count < Options.MaxPeers;

    private void Enqueue(PeerInfo peer)
    {
        peer.RetryTimer?.Disarm();
        peer.Settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(peer);
        DrainQueue();
    }

    private void DrainQueue()
    {
        // A dial that fails at once comes back here: the call that is under way goes on, not one inside the other.
        if (_isDraining)
            return;
        _isDraining = true;
        while (MayDial && _queue.Take() is { } peer)
        {
            if (peer.IsBanned || _links.ContainsKey(peer.PublicKey) || IsKeptOut(peer.PublicKey))
                Settle(peer);
            else
                _ = DialAsync(peer);
        }
        _isDraining = false;
        // With every place taken and no dial under way, nobody may wait for the queue.
        if (_dialling == 0 && _queue.Count > 0 && _links.Count >= Options.MaxPeers)
        {
            foreach (var peer in _peers.Values)
                Settle(peer);
        }
    }

    private async Task DialAsync(PeerInfo peer)
    {
        var link = new Link(peer, isClient: true);
        _links.Add(peer.PublicKey, link);
        _dialling++;
        Statistics.ClientAttempted++;
        NoiseSecretStream? stream = null;
        try
        {
            var options = new DhtConnectOptions { KeyPair = KeyPair, RelayAddresses = peer.RelayAddresses.ToArray() };
            stream = await Dht.ConnectAsync(peer.PublicKey, options, link.Dialling.Token);
        }
        catch (OperationCanceledException)
        {
            LogDialGivenUp(peer.PublicKey);
        }
        catch (HyperDhtException error)
        {
            LogDialFailed(peer.PublicKey, error.Code, error.Message);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Such as a socket that the system refuses: it costs this dial and not a place among the parallel ones.
            LogDialBroke(peer.PublicKey, error);
        }
        _dialling--;
        if (stream is null)
            OnLinkGone(link);
        else if (IsDestroyed || link.Replacement is not null || stream.IsClosed)
            CloseUnwanted(link, stream);
        else
            OpenLink(link, stream);
        Settle(peer);
        DrainQueue();
    }

    private void OpenLink(Link link, NoiseSecretStream stream)
    {
        link.Open(stream, Loop.Time.GetTimestamp());
        _connections.Add(stream);
        if (link.IsClient)
        {
            Statistics.ClientOpened++;
            link.Peer.OnConnected();
        }
        else
        {
            Statistics.ServerOpened++;
            link.Peer.IsClient = false;
        }
        stream.Closed += (_, _) => OnLinkGone(link);
        LogConnected(link.Peer.PublicKey, link.IsClient);
        try
        {
            _onConnection(stream, link.Peer);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogConnectionHandlerFailed(link.Peer.PublicKey, error);
            stream.Destroy(error);
        }
    }

    private void CloseUnwanted(Link link, NoiseSecretStream stream)
    {
        stream.Destroy();
        OnLinkGone(link);
    }

    /// <summary>The attempt has failed or the connection has ended: let a replacement in, or try again.</summary>
    private void OnLinkGone(Link link)
    {
        var peer = link.Peer;
        var lived = link.Stream is null ? TimeSpan.Zero : Loop.Time.GetElapsedTime(link.OpenedAt);
        _links.Remove(peer.PublicKey);
        if (link.Stream is not null)
            _connections.Remove(link.Stream);
        if (link.IsClient)
        {
            Statistics.ClientClosed++;
            peer.OnDisconnected(lived);
        }
        else
        {
            Statistics.ServerClosed++;
            _serverLinks--;
        }
        link.Dispose();
        if (link.Replacement is { IsClosed: false } replacement)
            OnServerConnection(replacement);
        else if (link.IsClient && IsStillWanted(peer))
            RetryLater(peer);
        ForgetIfIdle(peer);
        DrainQueue();
    }

    private bool IsStillWanted(PeerInfo peer) =>
        !IsDestroyed
        && !peer.IsBanned
        && peer.Attempts <= RetryPolicy.MaxAttempts
        && (peer.IsExplicit || peer.Topics.Any(topic => _discoveries.ContainsKey(topic)));

    private void RetryLater(PeerInfo peer)
    {
        peer.RetryTimer ??= Loop.Time.CreateTimer(_ => Retry(peer), null);
        peer.RetryTimer.Arm(RetryPolicy.GetDelay(peer.Attempts, peer.IsProven, Loop.Random));
    }

    private void Retry(PeerInfo peer)
    {
        if (IsStillWanted(peer) && !_links.ContainsKey(peer.PublicKey) && peer.UpdatePriority())
            Enqueue(peer);
        else
            ForgetIfIdle(peer);
    }

    private static void Settle(PeerInfo peer)
    {
        peer.Settled?.TrySetResult();
        peer.Settled = null;
    }

    private bool IsKeptOut(in Bytes32 publicKey)
    {
        if (publicKey == KeyPair.PublicKey)
            return true;
        var known = _peers.GetValueOrDefault(publicKey);
        if (known is { IsBanned: true })
            return true;
        if (Options.Firewall is not { } firewall)
            return false;
        try
        {
            if (!firewall(publicKey))
                return false;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogFirewallFailed(publicKey, error);
            return true;
        }
        Statistics.Banned++;
        // A stranger is not remembered for knocking: keys cost nothing, and the firewall is asked each time.
        known?.Ban();
        return true;
    }
}
