using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>A core in a store.</summary>
/// <param name="DiscoveryKey">What it is announced under.</param>
/// <param name="Name">The name it was made under; null without one.</param>
/// <param name="Namespace">The namespace of the name; zeros for the store's own names.</param>
public readonly record struct StoredCore(Bytes32 DiscoveryKey, string? Name, Bytes32 Namespace);
