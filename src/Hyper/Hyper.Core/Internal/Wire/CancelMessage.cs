namespace Hyper.Core.Internal;

/// <summary>Message type 2 of a replication channel: nobody waits for an answer any more.</summary>
/// <param name="Request">The request's id.</param>
internal readonly record struct CancelMessage(ulong Request);
