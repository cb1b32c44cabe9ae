using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>A peer as the DHT records it.</summary>
/// <param name="PublicKey">The Ed25519 public key under which it listens.</param>
/// <param name="RelayAddresses">At most three nodes that know how to reach it; may be out of date.</param>
public sealed record DhtPeer(Bytes32 PublicKey, ReadOnlyMemory<UdpAddress> RelayAddresses)
{
    internal static DhtPeer None { get; } = new(default, ReadOnlyMemory<UdpAddress>.Empty);
}
