namespace Hyper.Bee.Internal;

/// <summary>A node on the path of a walk, as others can find it.</summary>
/// <param name="Seq">The block that wrote the node.</param>
/// <param name="Offset">The position in the index there.</param>
/// <param name="Step">What comes next in it: children (even) and keys (odd) together, from the left.</param>
internal readonly record struct TreePlace(ulong Seq, ulong Offset, int Step);
