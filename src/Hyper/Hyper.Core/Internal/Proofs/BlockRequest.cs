namespace Hyper.Core.Internal;

/// <param name="Index">The block.</param>
/// <param name="Nodes">How many levels above it the other side lacks.</param>
internal readonly record struct BlockRequest(ulong Index, ulong Nodes);
