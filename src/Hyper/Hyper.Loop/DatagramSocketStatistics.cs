namespace Hyper.Loop;

/// <summary>Counters of one socket. Written by its loop; a reader on another thread sees recent values.</summary>
public sealed class DatagramSocketStatistics
{
    /// <summary>Datagrams received.</summary>
    public long Received { get; private set; }

    /// <summary>Datagrams handed to the system.</summary>
    public long Sent { get; private set; }

    /// <summary>Datagrams that the system refused or the send buffer could not take.</summary>
    public long SendErrors { get; private set; }

    /// <summary>Reads that failed, such as a port-unreachable notice on some systems.</summary>
    public long ReceiveErrors { get; private set; }

    /// <summary>Counts outcomes; for implementations of <see cref="IDatagramSocket"/>.</summary>
    public void Count(int received = 0, int sent = 0, int sendErrors = 0, int receiveErrors = 0)
    {
        Received += received;
        Sent += sent;
        SendErrors += sendErrors;
        ReceiveErrors += receiveErrors;
    }
}
