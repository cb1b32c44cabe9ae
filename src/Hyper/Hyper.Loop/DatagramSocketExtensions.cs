namespace Hyper.Loop;

/// <summary>Copying forms of sending.</summary>
public static class DatagramSocketExtensions
{
    /// <summary>Queues a copy of <paramref name="datagram"/> for <paramref name="to"/>.</summary>
    public static void Send(
        this IDatagramSocket socket,
        ReadOnlySpan<byte> datagram,
        in UdpAddress to,
        byte timeToLive = 0
    )
    {
        datagram.CopyTo(socket.BeginSend(datagram.Length));
        socket.CommitSend(datagram.Length, to, timeToLive);
    }
}
