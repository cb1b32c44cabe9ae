using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>
/// The datagram side of a socket that carries DHT RPC. The rules of sending are those of <see cref="IDatagramSocket"/>;
/// what arrives is given to <see cref="IRpcDatagramHandler.HandleDatagram"/> with this very object.
/// </summary>
public interface IRpcSocket
{
    /// <summary>The bound address; the port is the real one.</summary>
    UdpAddress LocalAddress { get; }

    /// <summary>Whether the socket is closed. Sends on a closed socket are ignored.</summary>
    bool IsClosed { get; }

    /// <summary>Room for one datagram, valid until the next call on this socket.</summary>
    Span<byte> BeginSend(int maxBytes);

    /// <summary>Sends the first <paramref name="bytes"/> bytes of the room.</summary>
    /// <param name="bytes">Length of the datagram.</param>
    /// <param name="to">Destination.</param>
    /// <param name="timeToLive">IP time to live, or 0 for the socket's default.</param>
    void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0);

    /// <summary>Closes the socket.</summary>
    void Close();
}
