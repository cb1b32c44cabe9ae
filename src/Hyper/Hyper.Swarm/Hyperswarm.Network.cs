namespace Hyper.Swarm;

/// <summary>Changes of the network below.</summary>
public sealed partial class Hyperswarm
{
    /// <summary>
    /// Our addresses have changed: find out which connections live, dial whoever is waited for, and announce afresh. Called
    /// by itself when the node notices (<see cref="Dht.HyperDht.NetworkChanged"/>).
    /// </summary>
    public void OnNetworkChanged()
    {
        Loop.VerifyAccess();
        if (IsStill)
            return;
        // First, so that a dead connection is found dead soon: what is written and not answered is the proof.
        foreach (var connection in _connections.ToList())
            connection.SendKeepAlive();
        foreach (var peer in _peers.Values)
            peer.OnPathsUnknown();
        _server.Refresh();
        RefreshTopics();
        var waited = RetryAllNow();
        LogNetworkChanged(waited);
    }

    /// <summary>Announces every topic afresh: what is on record of us no longer leads here.</summary>
    private void RefreshTopics()
    {
        foreach (var discovery in _discoveries.Values)
            discovery.RefreshSoon();
    }
}
