using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>Sockets that carry RPC alone.</summary>
internal sealed class DatagramRpcSocketFactory : IRpcSocketFactory
{
    public static DatagramRpcSocketFactory Instance { get; } = new();

    public IRpcSocket Open(EventLoop loop, DatagramSocketOptions options, IRpcDatagramHandler handler) =>
        new DatagramRpcSocket(loop, options, handler);
}
