namespace Hyper.Dht.Rpc;

/// <summary>What a query has found.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="ClosestReplies">Replies of the persistent nodes nearest to the target, nearest first, at most 20.</param>
/// <param name="Successes">Nodes that answered without an error.</param>
/// <param name="Errors">Nodes that answered with an error or not at all.</param>
/// <param name="Commits">Commits that succeeded.</param>
public sealed record DhtQueryResult(
    DhtQueryStatus Status,
    IReadOnlyList<DhtReply> ClosestReplies,
    int Successes,
    int Errors,
    int Commits
);
