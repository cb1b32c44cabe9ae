using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>How a query searches.</summary>
public sealed record DhtQueryOptions
{
    /// <summary>A query with the node's own settings.</summary>
    public static DhtQueryOptions Default { get; } = new();

    /// <summary>Nodes to ask first, in this order, in place of those in the table; for example those of an earlier query.</summary>
    public IReadOnlyList<UdpAddress>? Nodes { get; init; }

    /// <summary>Ask <see cref="Nodes"/> and nobody else.</summary>
    public bool OnlyClosestNodes { get; init; }

    /// <summary>Nodes asked at a time; <see cref="DhtRpcOptions.Concurrency"/> by default.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Datagrams sent to each node; <see cref="DhtRpcOptions.QueryAttempts"/> by default.</summary>
    public int? Attempts { get; init; }

    /// <summary>Longest time of the query, commits included; <see cref="DhtRpcOptions.QueryTimeout"/> by default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Called on the loop for each reply without an error as it arrives, before it can be enumerated and before any commit.
    /// Must not throw.
    /// </summary>
    public Action<DhtReply>? OnReply { get; init; }

    /// <summary>
    /// Writes to one of the nearest nodes once the search is over; called for each at the same time. Answers whether it
    /// succeeded.
    /// </summary>
    public Func<DhtReply, CancellationToken, Task<bool>>? Commit { get; init; }

    /// <summary>Commits by sending the query's own request again with the token; an error in the reply is a failure.</summary>
    public bool AutoCommit { get; init; }
}
