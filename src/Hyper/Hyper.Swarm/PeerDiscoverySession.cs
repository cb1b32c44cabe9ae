using Hyper.Encoding;

namespace Hyper.Swarm;

/// <summary>One join of a topic. Belongs to the swarm's loop.</summary>
public sealed class PeerDiscoverySession
{
    private readonly PeerDiscovery _discovery;
    private bool _isDestroyed;

    internal PeerDiscoverySession(PeerDiscovery discovery, JoinOptions options)
    {
        _discovery = discovery;
        Options = options;
    }

    /// <summary>The topic.</summary>
    public Bytes32 Topic => _discovery.Topic;

    /// <summary>The roles of this join.</summary>
    public JoinOptions Options { get; }

    /// <summary>Completes when the refresh that is due or under way is over: true once the topic is announced or looked up.</summary>
    public Task<bool> FlushedAsync() => _discovery.FlushedAsync();

    /// <summary>Looks the topic up, and announces it, again now.</summary>
    public Task<bool> RefreshAsync()
    {
        _discovery.RefreshSoon();
        return _discovery.FlushedAsync();
    }

    /// <summary>Leaves. With the last session of a topic its announcement is taken back.</summary>
    public Task DestroyAsync()
    {
        if (_isDestroyed)
            return Task.CompletedTask;
        _isDestroyed = true;
        return _discovery.LeaveAsync(this);
    }
}
