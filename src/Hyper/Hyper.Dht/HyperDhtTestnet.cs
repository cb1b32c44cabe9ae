using System.Net;
using System.Net.Sockets;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>
/// A small DHT of its own, for tests and for networks on one machine. All its nodes are persistent and take themselves
/// for reachable; the first is the one to bootstrap from. Belongs to one loop. Peers find each other from three nodes on.
/// </summary>
public sealed class HyperDhtTestnet : IAsyncDisposable
{
    private const int PortsTried = 10;

    private readonly List<HyperDht> _nodes = [];

    private HyperDhtTestnet(EventLoop loop) => Loop = loop;

    /// <summary>The loop of all its nodes.</summary>
    public EventLoop Loop { get; }

    /// <summary>The nodes; the first is the one to bootstrap from.</summary>
    public IReadOnlyList<HyperDht> Nodes => _nodes;

    /// <summary>What peers set as <see cref="HyperDhtOptions.Bootstrap"/>.</summary>
    public IReadOnlyList<UdpAddress> Bootstrap { get; private set; } = [];

    /// <summary>Starts a DHT of <paramref name="size"/> nodes. Called on the loop.</summary>
    /// <param name="loop">The loop that owns it.</param>
    /// <param name="size">Number of nodes, at least 1; with fewer than 3 peers do not find each other.</param>
    /// <param name="host">The address of this machine that peers reach it at; loopback by default. Sockets are bound to it.</param>
    /// <param name="port">Port of the first node, or 0 for any. The other nodes take any.</param>
    /// <param name="options">Further options of every node; host, port and roles are set here.</param>
    /// <exception cref="ArgumentException"><paramref name="host"/> is no single address.</exception>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static Task<HyperDhtTestnet> CreateAsync(
        EventLoop loop,
        int size,
        IPAddress? host = null,
        ushort port = 0,
        HyperDhtOptions? options = null
    ) => CreateAsync(loop, size, host ?? IPAddress.Loopback, port, options, FindFreePort);

    /// <summary>
    /// The same with the search for a free port given. The first node has to know its port before it binds it, so another
    /// process may have taken it by then; in that case the search is repeated.
    /// </summary>
    internal static async Task<HyperDhtTestnet> CreateAsync(
        EventLoop loop,
        int size,
        IPAddress host,
        ushort port,
        HyperDhtOptions? options,
        Func<EventLoop, IPAddress, ushort> findFreePort
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        loop.VerifyAccess();
        if (host.Equals(IPAddress.Any))
            throw new ArgumentException("Name the one address at which peers reach the network.", nameof(host));
        var testnet = new HyperDhtTestnet(loop);
        var common = (options ?? HyperDhtOptions.LocalTestnet) with
        {
            Host = host,
            Ephemeral = false,
            Firewalled = false,
        };
        try
        {
            var first = port == 0 ? testnet.AddFirstOnFreePort(common, findFreePort) : testnet.AddFirst(common, port);
            await first.FullyBootstrappedAsync();
            while (testnet._nodes.Count < size)
                await testnet.Add(common with { Port = 0, Bootstrap = testnet.Bootstrap }).FullyBootstrappedAsync();
        }
        catch
        {
            await testnet.DestroyAsync();
            throw;
        }
        return testnet;
    }

    /// <summary>Takes all nodes down, the last one first.</summary>
    public async Task DestroyAsync()
    {
        Loop.VerifyAccess();
        for (var i = _nodes.Count - 1; i >= 0; i--)
            await _nodes[i].DestroyAsync();
        _nodes.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Loop.InvokeAsync(DestroyAsync);

    private HyperDht AddFirstOnFreePort(HyperDhtOptions common, Func<EventLoop, IPAddress, ushort> findFreePort)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return AddFirst(common, findFreePort(Loop, common.Host));
            }
            catch (SocketException error)
                when (error.SocketErrorCode == SocketError.AddressAlreadyInUse && tried < PortsTried)
            {
                // Somebody was quicker.
            }
        }
    }

    private HyperDht AddFirst(HyperDhtOptions common, ushort port)
    {
        // Nobody can tell the first node its address, so it must know it.
        var address = new UdpAddress(common.Host, port);
        var node = Add(common with { Port = port, AnyPort = false, Bootstrap = [], PublicAddress = address });
        Bootstrap = [address];
        return node;
    }

    private HyperDht Add(HyperDhtOptions options)
    {
        var node = HyperDht.Create(Loop, options);
        _nodes.Add(node);
        return node;
    }

    internal static ushort FindFreePort(EventLoop loop, IPAddress host)
    {
        using var socket = loop.OpenSocket(new DatagramSocketOptions { Host = host }, new Deaf());
        return socket.LocalAddress.Port;
    }

    private sealed class Deaf : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
