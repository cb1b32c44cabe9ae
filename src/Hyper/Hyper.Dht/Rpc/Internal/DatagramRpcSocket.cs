using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>RPC straight on a UDP socket.</summary>
internal sealed class DatagramRpcSocket : IRpcSocket, IDatagramHandler
{
    private readonly IDatagramSocket _socket;
    private readonly IRpcDatagramHandler _handler;

    public DatagramRpcSocket(EventLoop loop, DatagramSocketOptions options, IRpcDatagramHandler handler)
    {
        _handler = handler;
        _socket = loop.OpenSocket(options, this);
    }

    public UdpAddress LocalAddress => _socket.LocalAddress;

    public bool IsClosed => _socket.IsClosed;

    public Span<byte> BeginSend(int maxBytes) => _socket.BeginSend(maxBytes);

    public void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0) =>
        _socket.CommitSend(bytes, to, timeToLive);

    public void Close() => _socket.Dispose();

    public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
        _handler.HandleDatagram(this, datagram, from);
}
