using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Nat;

/// <summary>
/// Our addresses in local networks: the hosts of this machine with the port of the server socket. Asking the system is
/// slow, so its answer is kept for some seconds; when it fails, the answer before it.
/// </summary>
/// <param name="options">Names the hosts.</param>
/// <param name="node">Has the server socket.</param>
/// <param name="time">The loop's clock.</param>
/// <param name="onFailed">Told that the system could not be asked.</param>
internal sealed class LocalAddresses(
    HyperDhtOptions options,
    DhtRpcNode node,
    TimeProvider time,
    Action<Exception> onFailed
)
{
    /// <summary>
    /// Addresses told: a machine with hundreds, one for each container perhaps, must not make a handshake that fits no
    /// datagram any more.
    /// </summary>
    public const int MaxAddresses = 32;

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
            Ask();
        if (_hosts is not { Count: > 0 })
            return [new UdpAddress(IPAddress.Loopback, bound.Port)];
        var addresses = new UdpAddress[Math.Min(_hosts.Count, MaxAddresses)];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = new UdpAddress(_hosts[i], bound.Port);
        return addresses;
    }

    private void Ask()
    {
        _askedAt = time.GetTimestamp();
        try
        {
            _hosts = options.LocalHosts();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // In the middle of a handshake, where nothing depends on it.
            _hosts ??= [];
            onFailed(error);
        }
    }
}
