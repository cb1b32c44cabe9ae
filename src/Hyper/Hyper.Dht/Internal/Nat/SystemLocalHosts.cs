using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Hyper.Dht.Internal.Nat;

/// <summary>The IPv4 hosts of this machine's running interfaces, loopback left out.</summary>
internal static class SystemLocalHosts
{
    public static IReadOnlyList<IPAddress> Find()
    {
        var hosts = new List<IPAddress>();
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (network.OperationalStatus != OperationalStatus.Up)
                continue;
            foreach (var unicast in network.GetIPProperties().UnicastAddresses)
            {
                var host = unicast.Address;
                if (host.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(host))
                    hosts.Add(host);
            }
        }
        return hosts;
    }
}
