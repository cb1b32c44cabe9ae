using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hyper.Loop.Internal.Portable;

/// <summary>
/// Waits with <see cref="Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, int)"/>
/// and moves one datagram a system call: works wherever .NET does. A loopback socket that sends to itself wakes it.
/// </summary>
internal sealed class SelectPoller : IPoller
{
    private const int MaxDatagramsPerWait = 64;
    private const int MaxWaitMicroseconds = 1_000_000_000;

    private readonly Socket _waker;
    private readonly byte[] _receiveBuffer = new byte[2048];
    private readonly List<PortableDatagramSocket> _sockets = [];
    private readonly List<Socket> _readable = [];
    private readonly Dictionary<Socket, PortableDatagramSocket> _bySystemSocket = [];

    public SelectPoller()
    {
        _waker = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _waker.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _waker.Connect(_waker.LocalEndPoint!);
        _waker.Blocking = false;
    }

    public IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler)
    {
        var socket = new PortableDatagramSocket(this, UdpSocketFactory.Bind(options), handler);
        _sockets.Add(socket);
        _bySystemSocket.Add(socket.System, socket);
        return socket;
    }

    public void Remove(PortableDatagramSocket socket)
    {
        _sockets.Remove(socket);
        _bySystemSocket.Remove(socket.System);
    }

    public void Wait(long stopwatchTicks)
    {
        _readable.Clear();
        _readable.Add(_waker);
        foreach (var socket in _sockets)
            _readable.Add(socket.System);
        Socket.Select(_readable, null, null, ToMicroseconds(stopwatchTicks));
        foreach (var system in _readable)
        {
            if (system == _waker)
                DrainWaker();
            else if (_bySystemSocket.TryGetValue(system, out var socket))
                socket.Receive(_receiveBuffer, MaxDatagramsPerWait);
        }
    }

    public void FlushSends()
    {
        // Each datagram left when it was committed.
    }

    public void Wake()
    {
        try
        {
            _waker.Send([0]);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Debug.Assert(
                error is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.WouldBlock },
                "Only a full buffer, which is a pending wake-up, or a loop that has ended may refuse."
            );
        }
    }

    public void Dispose()
    {
        for (var i = _sockets.Count - 1; i >= 0; i--)
            _sockets[i].Dispose();
        _waker.Dispose();
    }

    private static int ToMicroseconds(long stopwatchTicks)
    {
        if (stopwatchTicks < 0)
            return MaxWaitMicroseconds;
        var microseconds = stopwatchTicks / (double)Stopwatch.Frequency * 1_000_000;
        return (int)Math.Min(Math.Ceiling(microseconds), MaxWaitMicroseconds);
    }

    private void DrainWaker()
    {
        do _waker.Receive(_receiveBuffer);
        while (_waker.Available > 0);
    }
}
