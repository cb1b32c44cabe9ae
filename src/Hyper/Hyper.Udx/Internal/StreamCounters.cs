namespace Hyper.Udx.Internal;

/// <summary>The counters of one stream; see <see cref="UdxStreamStatistics"/> for each.</summary>
internal sealed class StreamCounters
{
    public long BytesSent;
    public long BytesReceived;
    public long PacketsSent;
    public long PacketsReceived;
    public long PacketsForwarded;
    public long BytesForwarded;
    public long Retransmissions;
    public long Timeouts;
    public long TailProbes;
    public long KeepAlives;
    public long DuplicatesReceived;
    public long PacketsDropped;
}
