namespace Hyper.Dht.Rpc;

/// <summary>How a query ended.</summary>
public enum DhtQueryStatus
{
    /// <summary>Nobody nearer is left to ask, and at least one commit succeeded if there were any.</summary>
    Completed,

    /// <summary>There was to be a commit, but no persistent node has answered (JS: "Too few nodes responded").</summary>
    TooFewNodes,

    /// <summary>Every commit failed.</summary>
    CommitFailed,

    /// <summary><see cref="DhtRpcOptions.QueryTimeout"/> has passed; nothing was committed that is not reported.</summary>
    TimedOut,

    /// <summary>The caller gave up, or the node was closed or suspended.</summary>
    Cancelled,
}
