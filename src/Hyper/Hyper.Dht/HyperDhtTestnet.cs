using System.Net;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>
/// A small DHT of its own, for tests and for networks on one machine. All its nodes are persistent and take themselves
/// for reachable; the first is the one to bootstrap from. Belongs to one loop. Peers find each other from three nodes on.
/// </summary>
public sealed class HyperDhtTestnet : IAsyncDisposable
{
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
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public static async Task<HyperDhtTestnet> CreateAsync(
        EventLoop loop,
        int size,
        IPAddress? host = null,
        ushort port = 0,
        HyperDhtOptions? options = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        loop.VerifyAccess();
        host ??= IPAddress.Loopback;
        if (host.Equals(IPAddress.Any))
            throw new ArgumentException("Name the one address at which peers reach the network.", nameof(host));
        if (port == 0)
            port = FindFreePort(loop, host);
        var testnet = new HyperDhtTestnet(loop);
        var common = (options ?? HyperDhtOptions.LocalTestnet) with
        {
            Host = host,
            Ephemeral = false,
            Firewalled = false,
        };
        try
        {
            // Nobody can tell the first node its address, so it must know it.
            testnet.Bootstrap = [new UdpAddress(host, port)];
            await testnet.AddNodeAsync(
                common with
                {
                    Port = port,
                    AnyPort = false,
                    Bootstrap = [],
                    PublicAddress = testnet.Bootstrap[0],
                }
            );
            while (testnet._nodes.Count < size)
                await testnet.AddNodeAsync(common with { Port = 0, Bootstrap = testnet.Bootstrap });
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

    private async Task AddNodeAsync(HyperDhtOptions options)
    {
        var node = HyperDht.Create(Loop, options);
        _nodes.Add(node);
        await node.FullyBootstrappedAsync();
    }

    private static ushort FindFreePort(EventLoop loop, IPAddress host)
    {
        using var socket = loop.OpenSocket(new DatagramSocketOptions { Host = host }, new Deaf());
        return socket.LocalAddress.Port;
    }

    private sealed class Deaf : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
