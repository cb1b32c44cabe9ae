namespace Hyper.Dht.Rpc;

/// <summary>Running totals of one node. Written by its loop; a reader on another thread sees recent values.</summary>
public sealed class DhtStatistics
{
    /// <summary>Requests made, each counted once however often it was sent.</summary>
    public long Requests { get; internal set; }

    /// <summary>Requests now waiting for a reply.</summary>
    public int ActiveRequests { get; internal set; }

    /// <summary>Requests answered.</summary>
    public long Responses { get; internal set; }

    /// <summary>Requests given up after their last try.</summary>
    public long Timeouts { get; internal set; }

    /// <summary>Repeated sends.</summary>
    public long Retries { get; internal set; }

    /// <summary>Requests refused because too many were under way.</summary>
    public long Overloads { get; internal set; }

    /// <summary>Queries started.</summary>
    public long Queries { get; internal set; }

    /// <summary>Queries under way.</summary>
    public int ActiveQueries { get; internal set; }

    /// <summary>Requests that others sent us.</summary>
    public long RequestsReceived { get; internal set; }

    /// <summary>Replies sent to others.</summary>
    public long RepliesSent { get; internal set; }

    /// <summary>Requests passed on for others.</summary>
    public long Relayed { get; internal set; }

    /// <summary>Requests of others dropped by the rate limit per host.</summary>
    public long RateLimited { get; internal set; }

    /// <summary>Replies not sent because they would have made too much of requests whose senders have proven nothing.</summary>
    public long RepliesLimited { get; internal set; }

    /// <summary>Delayed pings dropped because too many waited already.</summary>
    public long DelayedPingsLimited { get; internal set; }

    /// <summary>Handshakes dropped unread by the limits of <see cref="HyperDhtOptions.HandshakesPerSecond"/>.</summary>
    public long HandshakesLimited { get; internal set; }

    /// <summary>Storage commands left unanswered: unsigned, for a target that is not theirs, too large or unreadable.</summary>
    public long RecordsRefused { get; internal set; }

    /// <summary>Requests of others answered with <see cref="DhtErrorCode.InvalidToken"/>.</summary>
    public long InvalidTokens { get; internal set; }

    /// <summary>Datagrams that are no RPC message.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Replies that fit no request: late, repeated or forged.</summary>
    public long UnmatchedReplies { get; internal set; }

    /// <summary>Replies that would not have fitted a datagram and were not sent.</summary>
    public long Oversized { get; internal set; }
}
