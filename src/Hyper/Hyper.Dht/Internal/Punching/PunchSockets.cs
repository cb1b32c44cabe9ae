using System.Net;
using System.Net.Sockets;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Rpc;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Punching;

/// <summary>
/// The sockets that clients punch with, one per attempt: a NAT gives each its own mapping. A socket is closed when its
/// attempt gives it back, unless a stream was connected through it; then some seconds after the stream is gone, so that
/// the stream's last words get out. Belongs to one <see cref="HyperDht"/>.
/// </summary>
internal sealed class PunchSockets : IDisposable
{
    /// <summary>Sockets open at a time: one punch with random ports takes 256.</summary>
    public const int MaxSockets = 1024;

    private static readonly TimeSpan _sweepInterval = TimeSpan.FromSeconds(5);

    private readonly UdxNode _udx;
    private readonly DhtRpcNode _node;
    private readonly IPAddress _host;
    private readonly HashSet<DhtSocket> _open = [];
    private readonly List<Lease> _used = [];
    private readonly LoopTimer _sweep;

    public PunchSockets(EventLoop loop, UdxNode udx, DhtRpcNode node, IPAddress host)
    {
        _udx = udx;
        _node = node;
        _host = host;
        _sweep = loop.Time.CreateTimer(static state => ((PunchSockets)state!).Sweep(), this);
    }

    public int Count => _open.Count;

    /// <summary>Opens a socket on any port; probes that come in on it go to <paramref name="probes"/>.</summary>
    /// <exception cref="HyperDhtException">There are too many, or the system has none left.</exception>
    public DhtSocket Open(IProbeHandler probes) =>
        TryOpen(probes)
        ?? throw new HyperDhtException(
            HyperDhtErrorCode.HolepunchAborted,
            $"No socket is left to punch with: {_open.Count} are open. Make fewer connections at a time."
        );

    /// <summary>The same, with null in place of an error.</summary>
    public DhtSocket? TryOpen(IProbeHandler probes)
    {
        if (_open.Count >= MaxSockets)
            return null;
        try
        {
            var socket = new DhtSocket(_udx, new DatagramSocketOptions { Host = _host }, _node, probes);
            _open.Add(socket);
            return socket;
        }
        catch (SocketException)
        {
            // Out of descriptors: those that are open have to do.
            return null;
        }
    }

    /// <summary>Takes a socket back; it stays open while <paramref name="stream"/> uses it.</summary>
    public void Release(DhtSocket socket, UdxStream? stream)
    {
        if (!_open.Contains(socket))
            return;
        if (stream?.Socket != socket.Udx)
        {
            Close(socket);
            return;
        }
        Hold(socket.Udx, stream);
    }

    /// <summary>
    /// Keeps a socket that was taken back open for one more stream, which goes over the socket of another's connection.
    /// </summary>
    public void Hold(UdxSocket socket, UdxStream stream)
    {
        foreach (var open in _open)
        {
            if (open.Udx != socket)
                continue;
            _used.Add(new Lease(open, stream));
            if (!_sweep.IsArmed)
                _sweep.Arm(_sweepInterval);
            return;
        }
    }

    /// <summary>Closes all sockets, and so destroys the streams on them.</summary>
    public void CloseAll()
    {
        _sweep.Disarm();
        _used.Clear();
        foreach (var socket in _open)
            socket.Close();
        _open.Clear();
    }

    public void Dispose()
    {
        CloseAll();
        _sweep.Dispose();
    }

    private void Sweep()
    {
        for (var i = _used.Count - 1; i >= 0; i--)
        {
            var lease = _used[i];
            // A stream may also have gone on to another path.
            if (lease.Stream.IsOpen && lease.Stream.Socket == lease.Socket.Udx)
                continue;
            // Found unused once, its stream may still be answering there; found so twice, it has had its time.
            if (!lease.IsLingering)
            {
                lease.IsLingering = true;
                continue;
            }
            _used.RemoveAt(i);
            if (!_used.Exists(other => other.Socket == lease.Socket))
                Close(lease.Socket);
        }
        if (_used.Count > 0)
            _sweep.Arm(_sweepInterval);
    }

    private void Close(DhtSocket socket)
    {
        _open.Remove(socket);
        socket.Close();
    }

    private sealed class Lease(DhtSocket socket, UdxStream stream)
    {
        public DhtSocket Socket => socket;

        public UdxStream Stream => stream;

        public bool IsLingering { get; set; }
    }
}
