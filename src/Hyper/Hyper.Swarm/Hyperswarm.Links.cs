using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>The end of connections and attempts.</summary>
public sealed partial class Hyperswarm
{
    private static readonly TimeSpan _closePatience = TimeSpan.FromSeconds(1);

    private TaskCompletionSource? _linksGone;

    /// <summary>The attempt has failed or the connection has ended: let a replacement in, or try again.</summary>
    private void OnLinkGone(Link link, Exception? error)
    {
        var peer = link.Peer;
        _links.Remove(peer.PublicKey);
        if (link.IsClient)
            _clientLinks--;
        else
            _serverLinks--;
        if (link.IsClient)
            Statistics.ClientClosed++;
        else
            Statistics.ServerClosed++;
        CountFailure(link);
        link.Dispose();
        if (link.Stream is { } stream)
        {
            LogDisconnected(peer.PublicKey, link.IsClient, error?.Message);
            TellDisconnected(stream, peer, error);
        }
        // A handler of the event may have done anything, so what is to be done is looked at only now.
        if (link.Replacement is { IsClosed: false } replacement)
            OnServerConnection(replacement);
        if (!_links.ContainsKey(peer.PublicKey) && !peer.IsQueued)
        {
            if (IsStillWanted(peer))
                RetryLater(peer, isTheirTurn: !link.IsClient);
            else
                Abandon(peer);
        }
        if (_links.Count == 0)
            _linksGone?.TrySetResult();
        DrainQueues();
        TellUpdated();
    }

    private void CountFailure(Link link)
    {
        var peer = link.Peer;
        if (link.Stream is not { } stream)
        {
            // Given up for the peer's own connection, it has not failed.
            if (link.Replacement is null && !IsStill)
                peer.OnDialFailed();
            return;
        }
        _connections.Remove(stream);
        var lived = Loop.Time.GetElapsedTime(link.OpenedAt);
        SwarmMetrics.OnClosed(link.IsClient, lived);
        peer.LostAt = Loop.Time.GetTimestamp();
        if (!IsStill)
            peer.OnDisconnected(lived);
    }

    private void DestroyLinks()
    {
        foreach (var link in _links.Values.ToList())
        {
            link.Replacement?.Destroy();
            link.Destroy(null);
        }
    }

    /// <summary>Completes when no connection and no attempt is left, which takes a moment at most.</summary>
    private async Task LinksGoneAsync()
    {
        if (_links.Count == 0)
            return;
        var gone = _linksGone ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var patience = Loop.Time.CreateTimer(
            static gone => ((TaskCompletionSource)gone!).TrySetResult(),
            gone
        );
        patience.Arm(_closePatience);
        await gone.Task;
        _linksGone = null;
    }
}
