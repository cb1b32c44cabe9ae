namespace Hyper.Dht.Rpc;

/// <summary>What the outcome of our own requests says about the network.</summary>
public enum DhtHealth
{
    /// <summary>Most requests are answered; also the state before anything is known.</summary>
    Online,

    /// <summary>More than half of the requests have timed out for a while.</summary>
    Degraded,

    /// <summary>Nothing has been answered for a while.</summary>
    Offline,
}
