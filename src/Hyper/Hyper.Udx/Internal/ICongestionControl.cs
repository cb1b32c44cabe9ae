namespace Hyper.Udx.Internal;

/// <summary>
/// Decides how much may be in flight and how fast it leaves. Purely local: nothing of it is on the wire. Sizes are in
/// bytes with UDX headers, times in microseconds, rates in bytes per second. Belongs to one stream.
/// </summary>
internal interface ICongestionControl
{
    /// <summary>Bytes that may be in flight.</summary>
    long Window { get; }

    /// <summary>Rate at which packets leave.</summary>
    long PacingRate { get; }

    /// <summary>Highest delivery rate believed in, or 0 before the first sample.</summary>
    long Bandwidth { get; }

    /// <summary>Whether little is sent on purpose, so that it says nothing of the bandwidth.</summary>
    bool IsProbingRtt { get; }

    /// <summary>A packet leaves while nothing else is in flight.</summary>
    void OnIdleRestart(bool wasApplicationLimited, long now);

    /// <summary>An acknowledgement brought news.</summary>
    void OnAcknowledged(in AckSample sample);

    /// <summary>The retransmission timer ran out and what was in flight is taken for lost.</summary>
    void OnTimeout(long bytesInFlight, long delivered);
}
