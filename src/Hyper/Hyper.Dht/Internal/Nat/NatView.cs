using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Nat;

/// <summary>What is known of the NAT before a socket, in the terms in which it is told to the other side.</summary>
internal readonly record struct NatView(FirewallKind Firewall, UdpAddress[]? Addresses)
{
    /// <summary>The view of the socket that the node's requests leave from.</summary>
    public static NatView Of(DhtRpcNode node)
    {
        UdpAddress[]? addresses = node.NatAddress is { } address ? [address] : null;
        if (!node.IsFirewalled)
            return new NatView(FirewallKind.Open, addresses);
        return addresses switch
        {
            null => new NatView(FirewallKind.Unknown, null),
            [{ Port: 0 }] => new NatView(FirewallKind.Random, addresses),
            _ => new NatView(FirewallKind.Consistent, addresses),
        };
    }

    public bool Has(in UdpAddress address) => Addresses is { } addresses && addresses.AsSpan().Contains(address);
}
