using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>
/// A bad path between real UDP sockets on loopback, of whatever process: it loses, repeats, reorders, delays and drops
/// datagrams as its options say, each direction by itself and from a seed.
/// </summary>
/// <remarks>
/// Clients send to <see cref="Address"/>. Each client gets a socket of its own towards the target, so that the target
/// sees as many source addresses as there are clients; what comes back to such a socket goes to its client from
/// <see cref="Address"/>. One thread owns all sockets and queues. What is chosen depends on the seed and the order of
/// arrival alone; what is delayed depends on the clock too, so a run can be repeated closely but not exactly.
/// </remarks>
public sealed class UdpForwarder : IAsyncDisposable
{
    private const int SocketBufferBytes = 4 << 20;
    private const int MaxDatagramBytes = 65_535;
    private const int HeaderBytes = 28;
    private const int MaxReadsPerSocket = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    private readonly UdpForwarderOptions _options;
    private readonly IPEndPoint _target;
    private readonly Socket _front;
    private readonly Dictionary<EndPoint, Socket> _backs = [];
    private readonly Dictionary<Socket, SocketAddress> _clients = [];
    private readonly List<Socket> _readable = [];
    private readonly byte[] _buffer = new byte[MaxDatagramBytes];
    private readonly UdpPath _toTarget;
    private readonly UdpPath _fromTarget;
    private readonly SocketAddress _targetAddress;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>Begins to forward to <paramref name="target"/>, an IPv4 address on loopback.</summary>
    public UdpForwarder(IPEndPoint target, UdpForwarderOptions? options = null)
    {
        if (!IPAddress.IsLoopback(target.Address))
            throw new ArgumentException("The forwarder stays on loopback.", nameof(target));
        _options = options ?? new UdpForwarderOptions();
        _target = target;
        _targetAddress = target.Serialize();
        _toTarget = new UdpPath(_options.ToTarget, _options.MaxQueuedDatagrams, _options.Seed);
        // Another odd constant than the seed itself, lest both directions choose alike.
        _fromTarget = new UdpPath(_options.FromTarget, _options.MaxQueuedDatagrams, _options.Seed ^ 0x5DEECE6D);
        _front = Open();
        Address = (IPEndPoint)_front.LocalEndPoint!;
        new Thread(Run) { IsBackground = true, Name = $"UdpForwarder {Address.Port}" }.Start();
    }

    /// <summary>Where clients send instead of to the target.</summary>
    public IPEndPoint Address { get; }

    /// <summary>What happened on the way to the target.</summary>
    public UdpForwarderStatistics ToTarget => _toTarget.Statistics;

    /// <summary>What happened on the way back.</summary>
    public UdpForwarderStatistics FromTarget => _fromTarget.Statistics;

    /// <summary>Stops and closes all sockets; what is under way is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _ended.Task;
    }

    /// <inheritdoc/>
    public override string ToString() => $"seed {_options.Seed}; to target: {ToTarget}; from target: {FromTarget}";

    private static Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = SocketBufferBytes,
            SendBufferSize = SocketBufferBytes,
            Blocking = false,
        };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
                Turn();
            _ended.SetResult();
        }
        catch (Exception error)
        {
            _ended.SetException(error);
        }
        finally
        {
            _front.Dispose();
            foreach (var back in _backs.Values)
                back.Dispose();
        }
    }

    private void Turn()
    {
        _readable.Clear();
        _readable.Add(_front);
        _readable.AddRange(_backs.Values);
        Socket.Select(_readable, null, null, TimeUntilDue());
        foreach (var socket in _readable)
        {
            for (var i = 0; i < MaxReadsPerSocket && socket.Available > 0; i++)
                Read(socket);
        }
        _toTarget.Release();
        _fromTarget.Release();
    }

    private TimeSpan TimeUntilDue()
    {
        var due = _toTarget.TimeUntilDue < _fromTarget.TimeUntilDue ? _toTarget.TimeUntilDue : _fromTarget.TimeUntilDue;
        return due < LongestWait ? due : LongestWait;
    }

    private void Read(Socket socket)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int length;
        try
        {
            length = socket.ReceiveFrom(_buffer, ref from);
        }
        catch (SocketException)
        {
            // A port that nobody holds answers by ICMP, which arrives here as an error of the next read.
            return;
        }
        var datagram = _buffer.AsSpan(0, length);
        if (socket != _front)
        {
            // Towards the target a socket is not connected, so that a stranger's datagram is seen and refused here.
            if (from.Equals(_target))
                _fromTarget.Take(datagram, _front, _clients[socket], HeaderBytes);
            return;
        }
        if (FindBack(from) is { } back)
            _toTarget.Take(datagram, back, _targetAddress, HeaderBytes);
        else
            _toTarget.Statistics.CountOverflowed();
    }

    private Socket? FindBack(EndPoint client)
    {
        if (_backs.TryGetValue(client, out var back))
            return back;
        if (_backs.Count >= _options.MaxClients)
            return null;
        back = Open();
        _backs[client] = back;
        _clients[back] = client.Serialize();
        return back;
    }
}
