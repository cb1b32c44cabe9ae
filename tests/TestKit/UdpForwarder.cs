using System.Net;
using Hyper.Loop;

namespace TestKit;

/// <summary>
/// A bad path between real UDP sockets on loopback, of whatever process: it loses, repeats, reorders, delays and drops
/// datagrams as its options say, each direction by itself and from a seed.
/// </summary>
/// <remarks>
/// Clients send to <see cref="Address"/>. Each client gets a socket of its own towards the target, so that the target
/// sees as many source addresses as there are clients; what comes back to such a socket goes to its client from
/// <see cref="Address"/>. It has a loop of its own, whose batches of datagrams make it cheaper than what it stands
/// between; what comes in a burst leaves in a burst. What is chosen depends on the seed and the order of arrival alone;
/// what is delayed depends on the clock too, so a run can be repeated closely but not exactly. Datagrams of 2 KiB and
/// more, which none of the protocols sends, are dropped.
/// </remarks>
public sealed class UdpForwarder : IDatagramHandler, IAsyncDisposable
{
    private const int SocketBufferBytes = 4 << 20;
    private const int HeaderBytes = 28;

    private readonly UdpForwarderOptions _options;
    private readonly UdpAddress _target;
    private readonly NetworkLoop _loop;
    private readonly IDatagramSocket _front;
    private readonly Dictionary<UdpAddress, IDatagramSocket> _backs = [];
    private readonly Dictionary<IDatagramSocket, UdpAddress> _clients = [];
    private readonly UdpPath _toTarget;
    private readonly UdpPath _fromTarget;

    private UdpForwarder(NetworkLoop loop, UdpAddress target, UdpForwarderOptions options)
    {
        _loop = loop;
        _target = target;
        _options = options;
        _toTarget = new UdpPath(_loop, _options.ToTarget, _options.MaxQueuedDatagrams, _options.Seed);
        // Another odd constant than the seed itself, lest both directions choose alike.
        _fromTarget = new UdpPath(_loop, _options.FromTarget, _options.MaxQueuedDatagrams, _options.Seed ^ 0x5DEECE6D);
        _front = Open();
        _fromTarget.Statistics.Add(_front.Statistics);
        Address = new IPEndPoint(IPAddress.Loopback, _front.LocalAddress.Port);
    }

    /// <summary>Where clients send instead of to the target.</summary>
    public IPEndPoint Address { get; }

    /// <summary>What happened on the way to the target.</summary>
    public UdpForwarderStatistics ToTarget => _toTarget.Statistics;

    /// <summary>What happened on the way back.</summary>
    public UdpForwarderStatistics FromTarget => _fromTarget.Statistics;

    /// <summary>Begins to forward to <paramref name="target"/>, an IPv4 address on loopback.</summary>
    public static async Task<UdpForwarder> StartAsync(IPEndPoint target, UdpForwarderOptions? options = null)
    {
        if (!IPAddress.IsLoopback(target.Address))
            throw new ArgumentException("The forwarder stays on loopback.", nameof(target));
        var address = new UdpAddress(target.Address, (ushort)target.Port);
        var loop = new NetworkLoop(new NetworkLoopOptions { Name = "udp-forwarder" });
        return await loop.InvokeAsync(() =>
            Task.FromResult(new UdpForwarder(loop, address, options ?? new UdpForwarderOptions()))
        );
    }

    /// <summary>Treats what comes from now on in another way; what is under way goes on as it was.</summary>
    public Task ChangeAsync(UdpImpairment toTarget, UdpImpairment fromTarget) =>
        _loop.InvokeAsync(() =>
        {
            _toTarget.Impairment = toTarget;
            _fromTarget.Impairment = fromTarget;
        });

    /// <summary>Stops and closes all sockets; what is under way is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _loop.Dispose();
        await _loop.Ended;
    }

    /// <inheritdoc/>
    public override string ToString() => $"seed {_options.Seed}; to target: {ToTarget}; from target: {FromTarget}";

    void IDatagramHandler.OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (socket != _front)
        {
            // Towards the target a socket is not connected, so that a stranger's datagram is seen and refused here.
            if (from == _target)
                _fromTarget.Take(datagram, _front, _clients[socket], HeaderBytes);
            return;
        }
        if (FindBack(from) is { } back)
            _toTarget.Take(datagram, back, _target, HeaderBytes);
        else
            _toTarget.Statistics.CountOverflowed();
    }

    private IDatagramSocket Open() =>
        _loop.OpenSocket(
            new DatagramSocketOptions
            {
                Host = IPAddress.Loopback,
                ReceiveBufferBytes = SocketBufferBytes,
                SendBufferBytes = SocketBufferBytes,
            },
            this
        );

    private IDatagramSocket? FindBack(in UdpAddress client)
    {
        if (_backs.TryGetValue(client, out var back))
            return back;
        if (_backs.Count >= _options.MaxClients)
            return null;
        back = Open();
        _backs[client] = back;
        _clients[back] = client;
        _toTarget.Statistics.Add(back.Statistics);
        return back;
    }
}
