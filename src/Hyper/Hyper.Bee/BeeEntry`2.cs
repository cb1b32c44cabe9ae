namespace Hyper.Bee;

/// <summary>A decoded key and its value.</summary>
/// <param name="Seq">The block that holds it.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; the default of its type for an entry without one.</param>
/// <param name="HasValue">Whether there is a value.</param>
public readonly record struct BeeEntry<TKey, TValue>(ulong Seq, TKey Key, TValue? Value, bool HasValue);
