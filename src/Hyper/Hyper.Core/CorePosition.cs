namespace Hyper.Core;

/// <summary>A byte of a core.</summary>
/// <param name="Block">The block it lies in.</param>
/// <param name="Offset">Its place in the block.</param>
public readonly record struct CorePosition(ulong Block, ulong Offset);
