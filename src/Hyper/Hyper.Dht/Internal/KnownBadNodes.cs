using System.Net;
using Hyper.Loop;

namespace Hyper.Dht.Internal;

/// <summary>
/// Nodes of a test network that got into the public one and must stay out of tables. Source: hyperdht 6.27.0, index.js
/// (<c>filterNode</c>).
/// </summary>
internal static class KnownBadNodes
{
    private static readonly UdpAddress _anyPort = new(IPAddress.Parse("150.136.142.116"), 0);

    private static readonly UdpAddress[] _nodes =
    [
        new(IPAddress.Parse("134.209.28.98"), 49_738),
        new(IPAddress.Parse("167.99.142.185"), 49_738),
        new(IPAddress.Parse("35.233.47.252"), 9400),
    ];

    public static bool IsUsable(UdpAddress address) =>
        !address.HasSameHost(_anyPort) && !_nodes.AsSpan().Contains(address);
}
