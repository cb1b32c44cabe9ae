namespace Hyper.Loop;

/// <summary>Receives the datagrams of a socket, on its loop.</summary>
public interface IDatagramHandler
{
    /// <summary>Called for each datagram. The bytes are valid during the call only. Must not throw.</summary>
    void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from);
}
