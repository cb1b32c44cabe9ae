using Hyper.Encoding;

namespace Intercom.Sidechannels;

/// <summary>One dropped message.</summary>
/// <param name="Time">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Peer">The neighbour that brought it, or that was not sent it.</param>
public readonly record struct DropRecord(DateTimeOffset Time, DropReason Reason, Bytes32 Peer);
