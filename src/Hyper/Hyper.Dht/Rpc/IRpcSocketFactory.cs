using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>Opens the sockets of a node, so that RPC can share them with other protocols.</summary>
public interface IRpcSocketFactory
{
    /// <summary>Opens a socket on the loop whose RPC datagrams go to <paramref name="handler"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    IRpcSocket Open(EventLoop loop, DatagramSocketOptions options, IRpcDatagramHandler handler);
}
