namespace Hyper.Core.Internal;

/// <summary>Message type 3 of a replication channel: the answer to a request.</summary>
/// <param name="Request">The request's id.</param>
/// <param name="Proof">The answer.</param>
internal sealed record DataMessage(ulong Request, TreeProof Proof);
