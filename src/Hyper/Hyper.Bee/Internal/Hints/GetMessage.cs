namespace Hyper.Bee.Internal;

/// <summary>The sender looks for a key.</summary>
/// <param name="Version">In which version.</param>
/// <param name="Key">With the prefix of a sub-database.</param>
internal sealed record GetMessage(ulong Version, ReadOnlyMemory<byte> Key);
