using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Serving;

/// <summary>Request datagrams made by hand and put before a node as if they had come from anywhere.</summary>
internal static class RawRequest
{
    public static byte[] Encode(
        uint command,
        ReadOnlySpan<byte> value,
        Bytes32? target = null,
        bool isInternal = false,
        Bytes32? token = null
    )
    {
        var message = new DhtRequestMessage
        {
            Command = command,
            IsInternal = isInternal,
            Target = target,
            Token = token,
            HasValue = !value.IsEmpty,
            Value = value,
        };
        var bytes = new byte[DhtRequestCodec.GetSize(message)];
        DhtRequestCodec.Write(bytes, message);
        return bytes;
    }

    /// <summary>Gives the node a datagram with an invented source.</summary>
    public static void Receive(this HyperDht dht, byte[] datagram, UdpAddress from) =>
        dht.Rpc.HandleDatagram(dht.Rpc.ServerSocket!, datagram, from);
}
