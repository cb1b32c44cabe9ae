namespace Hyper.Loop.Internal;

/// <summary>
/// Waits for the sockets of one loop and moves their datagrams. Belongs to the loop's thread, except <see cref="Wake"/>.
/// </summary>
internal interface IPoller : IDisposable
{
    /// <summary>Opens a socket that this poller watches.</summary>
    IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler);

    /// <summary>
    /// Waits until a socket is readable, <see cref="Wake"/> is called or <paramref name="stopwatchTicks"/> have passed
    /// (-1: for ever), then delivers what has arrived, a bounded number of datagrams a socket.
    /// </summary>
    void Wait(long stopwatchTicks);

    /// <summary>Hands the queued datagrams of all sockets to the system.</summary>
    void FlushSends();

    /// <summary>Ends a wait, or makes the next one return at once. Any thread.</summary>
    void Wake();
}
