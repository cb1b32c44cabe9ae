namespace Hyper.Core.Internal;

/// <param name="Index">The tree node.</param>
/// <param name="Nodes">How many levels above it the other side lacks.</param>
internal readonly record struct HashRequest(ulong Index, ulong Nodes);
