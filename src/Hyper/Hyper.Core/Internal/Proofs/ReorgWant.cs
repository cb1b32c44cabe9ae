namespace Hyper.Core.Internal;

/// <summary>A hash that is wanted: of any block in the range, with so many nodes above it.</summary>
/// <param name="Start">First block.</param>
/// <param name="End">One behind the last block.</param>
/// <param name="Nodes">Levels up to the node that differs.</param>
internal readonly record struct ReorgWant(ulong Start, ulong End, int Nodes);
