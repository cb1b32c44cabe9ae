namespace Hyper.Dht.Rpc;

/// <summary>How one request is sent.</summary>
public sealed record DhtRequestOptions
{
    /// <summary>One try without repeats.</summary>
    public static DhtRequestOptions Once { get; } = new() { Attempts = 1 };

    /// <summary>The socket to send on; the node's present one by default.</summary>
    public IRpcSocket? Socket { get; init; }

    /// <summary>Datagrams to send before giving up, at least 1; <see cref="DhtRpcOptions.RequestAttempts"/> by default.</summary>
    public int? Attempts { get; init; }

    /// <summary>Wait after each try; <see cref="DhtRpcOptions.RequestTimeout"/> by default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>IP time to live, or 0 for the socket's default.</summary>
    public byte TimeToLive { get; init; }

    /// <summary>Send at once even when the congestion window is full.</summary>
    public bool Force { get; init; }
}
