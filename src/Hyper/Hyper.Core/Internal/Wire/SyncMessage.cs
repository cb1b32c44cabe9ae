namespace Hyper.Core.Internal;

/// <summary>Message type 0 of a replication channel: how far the sender is, and how far it believes the receiver to be.</summary>
/// <param name="Flags">What the sender does and can do.</param>
/// <param name="Fork">The sender's fork.</param>
/// <param name="Length">The sender's length in blocks.</param>
/// <param name="RemoteLength">The receiver's length as the sender knows it; 0 if their forks differ.</param>
internal readonly record struct SyncMessage(SyncFlags Flags, ulong Fork, ulong Length, ulong RemoteLength);
