namespace Hyper.Dht.Rpc;

/// <summary>Where a node is in its life.</summary>
public enum DhtNodeState
{
    /// <summary>Not started.</summary>
    Created,

    /// <summary>Looking for its neighbours.</summary>
    Bootstrapping,

    /// <summary>In touch with the network, or the first of a new one.</summary>
    Ready,

    /// <summary>No bootstrap node has answered; the node goes on trying.</summary>
    Isolated,

    /// <summary>Sockets closed for now; <see cref="DhtRpcNode.Resume"/> opens them again.</summary>
    Suspended,

    /// <summary>Closed for good.</summary>
    Closed,
}
