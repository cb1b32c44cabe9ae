using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>Takes datagrams that may be DHT RPC. <see cref="DhtRpcNode"/> is one.</summary>
public interface IRpcDatagramHandler
{
    /// <summary>Handles one datagram, on the loop. The bytes are valid during the call; anything foreign is dropped and counted.</summary>
    void HandleDatagram(IRpcSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from);
}
