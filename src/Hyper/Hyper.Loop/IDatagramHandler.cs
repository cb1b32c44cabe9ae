namespace Hyper.Loop;

/// <summary>Receives the datagrams of a socket, on its loop.</summary>
public interface IDatagramHandler
{
    /// <summary>Called for each datagram. The bytes are valid during the call only. Must not throw.</summary>
    void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from);

    /// <summary>
    /// A datagram that was committed has not left: it is longer than what the system's own device takes, and must not be
    /// divided. The bytes are valid during the call only. It comes in the middle of a send, so nothing may be sent inside the
    /// call; must not throw.
    /// </summary>
    void OnTooLong(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress to) { }
}
