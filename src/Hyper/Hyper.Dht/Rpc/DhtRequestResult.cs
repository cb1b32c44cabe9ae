using System.Diagnostics.CodeAnalysis;

namespace Hyper.Dht.Rpc;

/// <summary>The outcome of one request: a reply, or why there is none.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Reply">The reply, when there is one.</param>
public readonly record struct DhtRequestResult(DhtRequestStatus Status, DhtReply? Reply)
{
    /// <summary>Whether a reply came.</summary>
    [MemberNotNullWhen(true, nameof(Reply))]
    public bool HasReply => Reply is not null;

    /// <summary>Whether a reply without an error number came.</summary>
    [MemberNotNullWhen(true, nameof(Reply))]
    public bool IsSuccess => Reply is { Error: DhtErrorCode.None };

    /// <summary>The name that JS gives to this outcome, such as <c>REQUEST_TIMEOUT</c>; <c>OK</c> for a reply.</summary>
    public string Code =>
        Status switch
        {
            DhtRequestStatus.Replied => "OK",
            DhtRequestStatus.TimedOut => "REQUEST_TIMEOUT",
            DhtRequestStatus.Suspended => "IO_SUSPENDED",
            DhtRequestStatus.Overloaded => "REQUEST_OVERLOADED",
            _ => "REQUEST_DESTROYED",
        };
}
