using System.Runtime.InteropServices;

namespace Hyper.Udx;

/// <summary>A stream's measurements at one moment, and its counters since it was created.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UdxStreamStatistics
{
    /// <summary>Smoothed round-trip time; zero before the first measurement.</summary>
    public TimeSpan Rtt { get; init; }

    /// <summary>Smallest round-trip time of the last five minutes; zero before the first measurement.</summary>
    public TimeSpan MinRtt { get; init; }

    /// <summary>Retransmission timeout without back-off.</summary>
    public TimeSpan RetransmissionTimeout { get; init; }

    /// <summary>Bytes that congestion control allows in flight.</summary>
    public long CongestionWindow { get; init; }

    /// <summary>Estimated bandwidth of the path in bytes per second; 0 before the first measurement.</summary>
    public long Bandwidth { get; init; }

    /// <summary>Bytes in flight, with headers.</summary>
    public long BytesInFlight { get; init; }

    /// <summary>Bytes written and not yet acknowledged.</summary>
    public long BytesQueued { get; init; }

    /// <summary>Receive window of the other side in bytes.</summary>
    public long RemoteWindow { get; init; }

    /// <summary>Receive window this side offers, in bytes: what it says in each packet.</summary>
    public long ReceiveWindow { get; init; }

    /// <summary>Bytes received in order and held for a reader that has paused or not started.</summary>
    public long BytesHeld { get; init; }

    /// <summary>Longest IP packet sent now, in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>Payload bytes sent for the first time.</summary>
    public long BytesSent { get; init; }

    /// <summary>Payload bytes received in order.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Packets sent of any kind.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Packets taken from the other side, of any kind.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Packets of a relay leg passed on to the other leg.</summary>
    public long PacketsForwarded { get; init; }

    /// <summary>Their size with UDX headers.</summary>
    public long BytesForwarded { get; init; }

    /// <summary>Packets sent again.</summary>
    public long Retransmissions { get; init; }

    /// <summary>Times the retransmission timer ran out.</summary>
    public long Timeouts { get; init; }

    /// <summary>Tail-loss probes sent.</summary>
    public long TailProbes { get; init; }

    /// <summary>Packets sent because of <see cref="UdxStream.KeepAlive"/> or <see cref="UdxStream.DeadPeerTimeout"/>.</summary>
    public long KeepAlives { get; init; }

    /// <summary>Packets received that had been received before.</summary>
    public long DuplicatesReceived { get; init; }

    /// <summary>Packets received and not taken: foreign source, outside every window, or nonsense.</summary>
    public long PacketsDropped { get; init; }
}
