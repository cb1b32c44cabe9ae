namespace Hyper.Dht.Rpc;

/// <summary>How a request ended.</summary>
public enum DhtRequestStatus
{
    /// <summary>A reply came; it may still carry an error number.</summary>
    Replied,

    /// <summary>No try was answered in time (JS: REQUEST_TIMEOUT).</summary>
    TimedOut,

    /// <summary>The caller gave up, or the node was closed (JS: REQUEST_DESTROYED).</summary>
    Cancelled,

    /// <summary>The node was suspended (JS: IO_SUSPENDED).</summary>
    Suspended,

    /// <summary>Too many requests are under way; nothing was sent.</summary>
    Overloaded,
}
