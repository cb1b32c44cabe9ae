using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// A node we know. Owned by <see cref="RoutingTable"/> and <see cref="NodeList"/> of one <see cref="DhtRpcNode"/>; ages
/// are counted in that node's ticks.
/// </summary>
internal sealed class RoutingNode(in Bytes32 id, in UdpAddress address)
{
    public Bytes32 Id { get; } = id;

    public UdpAddress Address { get; } = address;

    /// <summary>Tick at which the node entered the table.</summary>
    public long Added { get; set; }

    /// <summary>Tick at which we last asked it or heard from it.</summary>
    public long Pinged { get; set; }

    /// <summary>Tick at which we last heard from it.</summary>
    public long Seen { get; set; }

    /// <summary>Tick at which its view of our address was last taken, or 0.</summary>
    public long Sampled { get; set; }

    /// <summary>How often others said that it is down.</summary>
    public int DownHints { get; set; }

    /// <summary>Neighbours in the list by time of contact.</summary>
    public RoutingNode? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public RoutingNode? Newer { get; set; }

    /// <summary>Whether the node is in the list.</summary>
    public bool IsListed { get; set; }
}
