using System.Net;
using Hyper.Loop;
using Hyper.Udx;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>A UDX node of ours with one socket on loopback, of IPv4 if nothing else is said.</summary>
public sealed class OurUdx : IAsyncDisposable, IUdxSocketHandler
{
    private readonly OurLoop _loop;
    private readonly UdxNode _node;
    private readonly UdxSocket _socket;

    private readonly IPAddress _host;

    private OurUdx(OurLoop loop, UdxOptions? options, IPAddress host)
    {
        _host = host;
        _loop = loop;
        _node = new UdxNode(loop.Loop, options);
        _socket = _node.CreateSocket(new DatagramSocketOptions { Host = host }, this);
    }

    public ushort Port => _socket.LocalAddress.Port;

    public UdxSocket Socket => _socket;

    /// <summary>Another socket of the same node.</summary>
    public Task<UdxSocket> OpenSocketAsync() =>
        _loop.RunAsync(() => _node.CreateSocket(new DatagramSocketOptions { Host = _host }, this));

    /// <summary>Moves a stream to another remote on loopback.</summary>
    public Task<bool> ChangeRemoteAsync(UdxStream stream, UdxSocket socket, uint remoteId, ushort remotePort) =>
        _loop.RunAsync(() =>
            stream.ChangeRemoteAsync(socket, remoteId, new UdpAddress(IPAddress.Loopback, remotePort))
        );

    public static Task<OurUdx> OpenAsync(OurLoop loop, UdxOptions? options = null, IPAddress? host = null) =>
        loop.RunAsync(() => new OurUdx(loop, options, host ?? IPAddress.Loopback));

    /// <summary>A stream that is connected to a known port of loopback.</summary>
    public Task<UdxStream> ConnectAsync(uint id, uint remoteId, int remotePort) =>
        _loop.RunAsync(() =>
        {
            var stream = _node.CreateStream(id);
            stream.Connect(_socket, remoteId, new UdpAddress(_host, (ushort)remotePort));
            return stream;
        });

    /// <summary>A stream that connects to wherever its first packet comes from.</summary>
    public Task<UdxStream> AcceptAsync(uint id, uint remoteId) =>
        _loop.RunAsync(() =>
            _node.CreateStream(
                id,
                (UdxStream stream, UdxSocket socket, in UdpAddress from) =>
                {
                    if (stream.IsConnected)
                        return false;
                    stream.Connect(socket, remoteId, from);
                    return true;
                }
            )
        );

    /// <summary>Starts a stream in a mode.</summary>
    public Task<OurByteStream> StartAsync(UdxStream stream, StreamMode mode = StreamMode.Hash) =>
        _loop.RunAsync(() => new OurByteStream(stream, mode));

    public ValueTask DisposeAsync() => new(_loop.RunAsync(_node.Dispose));

    void IUdxSocketHandler.OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
}
