namespace Hyper.Core.Internal;

/// <summary>Message type 8 of a replication channel: blocks that the sender has, or has no more.</summary>
/// <param name="Drop">Whether they are gone.</param>
/// <param name="Start">The first block.</param>
/// <param name="Length">How many blocks.</param>
internal readonly record struct RangeMessage(bool Drop, ulong Start, ulong Length);
