namespace Hyper.Loop;

/// <summary>
/// A UDP socket owned by one loop. All members are called on that loop.
/// </summary>
/// <remarks>
/// A datagram is written straight into the socket's own send buffer: ask for room with <see cref="BeginSend"/>, write,
/// then <see cref="CommitSend"/>. Committed datagrams leave in order at the end of the turn, or earlier when the buffer
/// is full. Sending is best effort, like UDP itself: an error is counted in <see cref="Statistics"/> and never thrown.
/// </remarks>
public interface IDatagramSocket : IDisposable
{
    /// <summary>The bound address; the port is the real one also when 0 was asked for.</summary>
    UdpAddress LocalAddress { get; }

    /// <summary>Counters since the socket was opened.</summary>
    DatagramSocketStatistics Statistics { get; }

    /// <summary>Whether the socket was disposed. Sends on a closed socket are ignored.</summary>
    bool IsClosed { get; }

    /// <summary>
    /// Room for one datagram of up to <paramref name="maxBytes"/>. Valid until the next call on this socket; asking
    /// again without a commit hands out the same room.
    /// </summary>
    Span<byte> BeginSend(int maxBytes);

    /// <summary>Queues the first <paramref name="bytes"/> bytes of the room for <paramref name="to"/>.</summary>
    /// <param name="bytes">Length of the datagram.</param>
    /// <param name="to">Destination.</param>
    /// <param name="timeToLive">IP time to live, or 0 for the socket's default of 64.</param>
    /// <param name="mayFragment">
    /// Whether it may be divided on the way where it is too long for a link. Else it is dropped there, so that it is not
    /// divided unnoticed.
    /// </param>
    void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0, bool mayFragment = false);
}
