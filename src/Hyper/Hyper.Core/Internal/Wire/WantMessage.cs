namespace Hyper.Core.Internal;

/// <summary>
/// Message types 5 (want) and 6 (unwant) of a replication channel: of which blocks the sender wants to be told who has them.
/// </summary>
/// <param name="Start">The first block.</param>
/// <param name="Length">How many blocks.</param>
/// <param name="Any">Whether one of them is enough (11.37, off unless switched on).</param>
internal readonly record struct WantMessage(ulong Start, ulong Length, bool Any = false);
