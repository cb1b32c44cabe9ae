namespace Hyper.Core.Internal;

/// <summary>Message type 4 of a replication channel: a request that is not answered with data.</summary>
/// <param name="Request">The request's id.</param>
/// <param name="Reason">Why; <see cref="NoDataReason.None"/> from a peer that does not say.</param>
internal readonly record struct NoDataMessage(ulong Request, NoDataReason Reason);
