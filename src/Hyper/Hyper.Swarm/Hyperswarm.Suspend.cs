namespace Hyper.Swarm;

/// <summary>
/// Suspending and resuming. What is wanted is a flag that changes at once: from then on nothing is dialled or accepted.
/// One task (<see cref="FollowAsync"/>) brings the swarm there, however often the flag changes meanwhile.
/// </summary>
public sealed partial class Hyperswarm
{
    private Task _following = Task.CompletedTask;
    private bool _isDown;

    /// <summary>Whether the swarm is, or is being, suspended.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>
    /// Goes quiet, for a device about to sleep: takes back what was announced, for at most about a second, closes the server
    /// and all connections, and suspends the DHT node (see <see cref="HyperswarmOptions.SuspendsNode"/>). Topics and peers
    /// stay joined, and whoever was connected is remembered. Completes in less than three seconds.
    /// </summary>
    public Task SuspendAsync() => SetSuspendedAsync(true);

    /// <summary>
    /// Resumes the node, begins to listen, announce and look up again, and dials whoever was connected or joined by key.
    /// Completes when that has begun; <see cref="FlushAsync"/> waits for its end.
    /// </summary>
    /// <exception cref="System.Net.Sockets.SocketException">The node's address cannot be bound; both stay suspended.</exception>
    public Task ResumeAsync() => SetSuspendedAsync(false);

    private Task SetSuspendedAsync(bool isSuspended)
    {
        ThrowIfDestroyed();
        if (IsSuspended != isSuspended)
        {
            IsSuspended = isSuspended;
            if (_following.IsCompleted)
                _following = FollowAsync();
        }
        return _following;
    }

    private async Task FollowAsync()
    {
        while (_isDown != IsSuspended && !IsDestroyed)
        {
            if (IsSuspended)
                await GoDownAsync();
            else
                await ComeUpAsync();
        }
    }

    private async Task GoDownAsync()
    {
        _isDown = true;
        EmptyQueues();
        foreach (var peer in _peers.Values.ToList())
        {
            if (peer.IsExplicit || peer.IsWaiting)
                WaitForResume(peer);
            else
                ForgetIfIdle(peer);
        }
        DestroyLinks();
        _listening = null;
        // Each is bounded by itself, and none fails.
        await Task.WhenAll([
            .. _discoveries.Values.Select(discovery => OnLoopAsync(discovery.SuspendAsync())),
            _server.CloseAsync(),
        ]);
        await LinksGoneAsync();
        if (Options.SuspendsNode && !IsDestroyed)
            await Dht.SuspendAsync();
        LogSuspended();
    }

    private async Task ComeUpAsync()
    {
        if (Options.SuspendsNode)
            await ResumeNodeAsync();
        if (IsDestroyed || IsSuspended)
            return;
        _isDown = false;
        _server = CreateServer();
        if (_mustListen)
            _ = ListenAgainAsync();
        foreach (var discovery in _discoveries.Values)
            discovery.Resume();
        foreach (var peer in _peers.Values)
            peer.OnPathsUnknown();
        RetryAllNow();
        LogResumed();
    }

    private async Task ResumeNodeAsync()
    {
        try
        {
            await Dht.ResumeAsync();
        }
        catch
        {
            // As the node, we stay suspended.
            IsSuspended = true;
            throw;
        }
    }

    private async Task ListenAgainAsync()
    {
        try
        {
            await ListenAsync();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A topic joined as a server tries again with each refresh.
            LogListeningFailed(error);
        }
    }
}
