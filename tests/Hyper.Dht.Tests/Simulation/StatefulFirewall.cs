using System.Net;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Simulation;

/// <summary>
/// Lets a datagram to a protected host pass only if that very socket has sent to the sender before: what a consistent
/// NAT with port-dependent filtering does, without the translation.
/// </summary>
internal sealed class StatefulFirewall
{
    private readonly HashSet<IPAddress> _protected = [];
    private readonly HashSet<(UdpAddress From, UdpAddress To)> _sessions = [];

    /// <summary>Puts a host behind it; what the host has sent before opens nothing.</summary>
    public void Protect(IPAddress host)
    {
        _protected.Add(host);
        _sessions.RemoveWhere(session => session.From.ToIPAddress().Equals(host));
    }

    public bool Drops(UdpAddress from, UdpAddress to, ReadOnlyMemory<byte> datagram)
    {
        _sessions.Add((from, to));
        return _protected.Contains(to.ToIPAddress()) && !_sessions.Contains((to, from));
    }
}
