using System.Net;
using System.Net.Sockets;

namespace Hyper.Loop.Internal.Portable;

/// <summary>A UDP socket on the base library alone. Belongs to the loop's thread.</summary>
internal sealed class PortableDatagramSocket : IDatagramSocket
{
    private const int DefaultTimeToLive = 64;

    private readonly SelectPoller _poller;
    private readonly IDatagramHandler _handler;
    private readonly SocketAddress _peer;
    private byte[] _room = new byte[2048];

    public PortableDatagramSocket(SelectPoller poller, Socket system, IDatagramHandler handler)
    {
        _poller = poller;
        _handler = handler;
        System = system;
        System.Blocking = false;
        _peer = new SocketAddress(system.AddressFamily);
        var local = (IPEndPoint)system.LocalEndPoint!;
        LocalAddress = new UdpAddress(local.Address, (ushort)local.Port);
    }

    public Socket System { get; }

    public UdpAddress LocalAddress { get; }

    public DatagramSocketStatistics Statistics { get; } = new();

    public bool IsClosed { get; private set; }

    public Span<byte> BeginSend(int maxBytes)
    {
        if (_room.Length < maxBytes)
            _room = new byte[maxBytes];
        return _room.AsSpan(0, maxBytes);
    }

    public void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0, bool mayFragment = false)
    {
        if (IsClosed)
            return;
        try
        {
            NativeAddress.Write(_peer, to);
            if (timeToLive != 0)
                System.Ttl = timeToLive;
            if (mayFragment)
                Fragmentation.Set(System, isAllowed: true);
            System.SendTo(_room.AsSpan(0, bytes), SocketFlags.None, _peer);
            Statistics.Count(sent: 1);
        }
        catch (SocketException error)
        {
            Statistics.Count(sendErrors: 1);
            if (error.SocketErrorCode == SocketError.MessageSize)
                _handler.OnTooLong(this, _room.AsSpan(0, bytes), to);
        }
        finally
        {
            if (timeToLive != 0)
                System.Ttl = DefaultTimeToLive;
            if (mayFragment)
                Fragmentation.Set(System, isAllowed: false);
        }
    }

    /// <summary>
    /// Delivers what has arrived, at most <paramref name="limit"/> datagrams. The socket is known to be readable, which
    /// an empty datagram shows only there: it adds nothing to the bytes available.
    /// </summary>
    public void Receive(Span<byte> buffer, int limit)
    {
        for (var i = 0; i < limit && !IsClosed && (i == 0 || System.Available > 0); i++)
        {
            int length;
            try
            {
                length = System.ReceiveFrom(buffer, SocketFlags.None, _peer);
            }
            catch (SocketException)
            {
                // Windows reports an earlier send's port-unreachable, and a too long datagram, here.
                Statistics.Count(receiveErrors: 1);
                continue;
            }
            Statistics.Count(received: 1);
            if (NativeAddress.TryRead(_peer, out var from))
                _handler.OnDatagram(this, buffer[..length], from);
        }
    }

    public void Dispose()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        _poller.Remove(this);
        System.Dispose();
    }
}
