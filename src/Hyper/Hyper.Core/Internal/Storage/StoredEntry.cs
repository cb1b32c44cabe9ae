namespace Hyper.Core.Internal;

/// <summary>A key and its value, as an iteration yields them.</summary>
internal readonly record struct StoredEntry(byte[] Key, byte[] Value);
