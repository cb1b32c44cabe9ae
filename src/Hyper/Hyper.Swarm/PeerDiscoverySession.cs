using Hyper.Encoding;

namespace Hyper.Swarm;

/// <summary>One join of a topic. Belongs to the swarm's loop.</summary>
public sealed class PeerDiscoverySession
{
    private readonly PeerDiscovery _discovery;

    internal PeerDiscoverySession(PeerDiscovery discovery, JoinOptions options)
    {
        _discovery = discovery;
        Options = options;
    }

    /// <summary>The topic.</summary>
    public Bytes32 Topic => _discovery.Topic;

    /// <summary>The roles and the limit of this join.</summary>
    public JoinOptions Options { get; private set; }

    /// <summary>Whether it was left.</summary>
    public bool IsDestroyed { get; private set; }

    /// <summary>
    /// Completes when the refresh that is due or under way is over: true once the topic is announced or looked up, false
    /// when that failed, or while the swarm is suspended.
    /// </summary>
    public Task<bool> FlushedAsync() => _discovery.FlushedAsync();

    /// <summary>Looks the topic up, and announces it, again now.</summary>
    /// <param name="options">Other roles and another limit from now on; those it has when null.</param>
    public Task<bool> RefreshAsync(JoinOptions? options = null)
    {
        if (options is not null)
            Options = JoinOptions.Validated(options);
        _discovery.RefreshSoon();
        return _discovery.FlushedAsync();
    }

    /// <summary>Leaves. With the last session of a topic its announcement is taken back.</summary>
    public Task DestroyAsync()
    {
        if (IsDestroyed)
            return Task.CompletedTask;
        IsDestroyed = true;
        return _discovery.LeaveAsync(this);
    }
}
