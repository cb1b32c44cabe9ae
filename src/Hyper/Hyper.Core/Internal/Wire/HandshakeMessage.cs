using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>What opens a replication channel.</summary>
/// <param name="Seeks">Whether the sender answers seeks.</param>
/// <param name="Capability">Shows on this one connection that the sender knows the core's key.</param>
internal readonly record struct HandshakeMessage(bool Seeks, Bytes32 Capability);
