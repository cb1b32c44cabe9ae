using System.Net.Sockets;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

internal sealed partial class RpcEndpoint
{
    private const int PortsTried = 5;

    private ushort _boundServerPort;
    private ushort _boundClientPort;
    private DhtRequestStatus _closedAs = DhtRequestStatus.Cancelled;

    /// <summary>Opens both sockets, on the ports of before where they were open once.</summary>
    /// <exception cref="SocketException">No allowed port could be bound.</exception>
    public void Bind(IRpcDatagramHandler handler)
    {
        ServerSocket = OpenServerSocket(handler);
        try
        {
            ClientSocket = TryOpen(_boundClientPort, handler, out _) ?? Open(port: 0, handler);
        }
        catch (SocketException)
        {
            ServerSocket.Close();
            ServerSocket = null;
            throw;
        }
        _boundServerPort = ServerSocket.LocalAddress.Port;
        _boundClientPort = ClientSocket.LocalAddress.Port;
    }

    /// <summary>Fails every request with <paramref name="status"/> and closes both sockets.</summary>
    public void Close(DhtRequestStatus status)
    {
        var (server, client) = (ServerSocket, ClientSocket);
        ServerSocket = ClientSocket = null;
        _closedAs = status;
        _drainTimer.Disarm();
        _waiting.Clear();
        // Owners told of their failure may make no new request: without sockets there is nothing to make it on.
        foreach (var request in _inflight.Values.ToArray())
            Cancel(request, status);
        _congestion.Clear();
        server?.Close();
        client?.Close();
    }

    private IRpcSocket OpenServerSocket(IRpcDatagramHandler handler)
    {
        SocketException? failure = null;
        if (_boundServerPort != 0 && TryOpen(_boundServerPort, handler, out _) is { } again)
            return again;
        for (var i = 0; _options.Port != 0 && i < PortsTried && _options.Port + i <= ushort.MaxValue; i++)
        {
            if (TryOpen((ushort)(_options.Port + i), handler, out failure) is { } socket)
                return socket;
            if (!_options.AnyPort)
                throw failure!;
        }
        return Open(port: 0, handler);
    }

    private IRpcSocket? TryOpen(ushort port, IRpcDatagramHandler handler, out SocketException? failure)
    {
        failure = null;
        if (port == 0)
            return null;
        try
        {
            return Open(port, handler);
        }
        catch (SocketException error)
        {
            failure = error;
            return null;
        }
    }

    private IRpcSocket Open(ushort port, IRpcDatagramHandler handler) =>
        (_options.SocketFactory ?? DatagramRpcSocketFactory.Instance).Open(
            _loop,
            new DatagramSocketOptions { Host = _options.Host, Port = port },
            handler
        );
}
