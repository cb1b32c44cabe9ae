using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Nat;

/// <summary>
/// Our addresses in local networks: the hosts of this machine with the port of the server socket. Asking the system is
/// slow, so its answer is kept for some seconds.
/// </summary>
internal sealed class LocalAddresses(HyperDhtOptions options, DhtRpcNode node, TimeProvider time)
{
    private static readonly TimeSpan _maxAge = TimeSpan.FromSeconds(10);

    private IReadOnlyList<IPAddress>? _hosts;
    private long _askedAt;

    /// <summary>Takes the hosts of this machine from whoever has asked just now.</summary>
    public void Use(IReadOnlyList<IPAddress> hosts)
    {
        _hosts = hosts;
        _askedAt = time.GetTimestamp();
    }

    public UdpAddress[] Get()
    {
        if (node.ServerSocket is not { } socket)
            return [];
        var bound = socket.LocalAddress;
        // A socket bound to one host is reachable at that one only.
        if (bound.IPv4Host != 0)
            return [bound];
        if (_hosts is null || time.GetElapsedTime(_askedAt) > _maxAge)
        {
            _hosts = options.LocalHosts();
            _askedAt = time.GetTimestamp();
        }
        if (_hosts.Count == 0)
            return [new UdpAddress(IPAddress.Loopback, bound.Port)];
        var addresses = new UdpAddress[_hosts.Count];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = new UdpAddress(_hosts[i], bound.Port);
        return addresses;
    }
}
