namespace Hyper.Bee;

/// <summary>A key and its value.</summary>
/// <param name="Seq">The block that holds it.</param>
/// <param name="Key">The key, in a sub-database without the prefix. Shared with caches: not to be changed.</param>
/// <param name="Value">The value, or null for an entry without one. Shared with caches: not to be changed.</param>
public readonly record struct BeeEntry(ulong Seq, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);
