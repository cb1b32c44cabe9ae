using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>A record that a search came upon. The same peer may be found at several nodes.</summary>
/// <param name="Peer">The peer as that node has it.</param>
/// <param name="From">The node that has it.</param>
/// <param name="Bump">When the topic last changed, as far as that node knows, or null.</param>
public sealed record FoundPeer(DhtPeer Peer, UdpAddress From, DateTimeOffset? Bump = null);
