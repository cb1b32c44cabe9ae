using Hyper.Loop;
using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>
/// A UDP socket shared by UDX streams and other traffic. A datagram that carries the id of a live stream of the node goes
/// to that stream; everything else goes to the <see cref="Handler"/>. Belongs to the node's loop.
/// </summary>
public sealed class UdxSocket : IDatagramHandler, IDisposable
{
    private readonly UdxNode _node;
    private readonly IDatagramSocket _socket;
    private readonly HashSet<UdxStream> _streams = [];

    internal UdxSocket(UdxNode node, DatagramSocketOptions options, IUdxSocketHandler handler)
    {
        _node = node;
        Handler = handler;
        _socket = node.Loop.OpenSocket(options, this);
    }

    /// <summary>The node whose streams may use this socket.</summary>
    public UdxNode Node => _node;

    /// <summary>Receives what belongs to no stream. May be changed at any time.</summary>
    public IUdxSocketHandler Handler { get; set; }

    /// <summary>The bound address; the port is the real one also when 0 was asked for.</summary>
    public UdpAddress LocalAddress => _socket.LocalAddress;

    /// <summary>Counters of the socket.</summary>
    public DatagramSocketStatistics Statistics => _socket.Statistics;

    /// <summary>Whether the socket was disposed.</summary>
    public bool IsClosed => _socket.IsClosed;

    /// <summary>Room for a datagram; see <see cref="IDatagramSocket.BeginSend"/>.</summary>
    public Span<byte> BeginSend(int maxBytes) => _socket.BeginSend(maxBytes);

    /// <summary>Queues the datagram written into the room; see <see cref="IDatagramSocket.CommitSend"/>.</summary>
    public void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0, bool mayFragment = false) =>
        _socket.CommitSend(bytes, to, timeToLive, mayFragment);

    /// <summary>Queues a copy of <paramref name="datagram"/>. Best effort, like UDP itself.</summary>
    /// <param name="datagram">The whole datagram.</param>
    /// <param name="to">Destination.</param>
    /// <param name="timeToLive">IP time to live, or 0 for the default of 64.</param>
    public void Send(ReadOnlySpan<byte> datagram, in UdpAddress to, byte timeToLive = 0) =>
        _socket.Send(datagram, to, timeToLive);

    /// <summary>Closes the socket; streams connected through it are destroyed, and their other sides told.</summary>
    public void Dispose()
    {
        if (_socket.IsClosed)
            return;
        _node.Remove(this);
        foreach (var stream in _streams.ToArray())
            stream.Cancel("its socket was disposed");
        _socket.Dispose();
    }

    /// <summary>A stream sends through this socket from now on, until it is forgotten or moves away.</summary>
    internal void Add(UdxStream stream) => _streams.Add(stream);

    internal void Remove(UdxStream stream) => _streams.Remove(stream);

    void IDatagramHandler.OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (PacketCodec.HasPacketShape(datagram) && _node.FindStream(PacketCodec.ReadStreamId(datagram)) is { } stream)
        {
            stream.OnPacket(this, datagram, from);
            return;
        }
        Handler.OnMessage(this, datagram, from);
    }

    void IDatagramHandler.OnTooLong(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress to)
    {
        if (!PacketCodec.HasPacketShape(datagram) || !PacketCodec.TryRead(datagram, out var header, out _, out _))
            return;
        foreach (var stream in _streams)
        {
            if (stream.RemoteId == header.StreamId && stream.RemoteAddress == to)
                stream.OnTooLong(header, datagram.Length);
        }
    }
}
