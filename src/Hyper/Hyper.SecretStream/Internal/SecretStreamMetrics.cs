using System.Diagnostics.Metrics;

namespace Hyper.SecretStream.Internal;

/// <summary>Counters of the room, under the meter <c>Hyper.SecretStream</c>.</summary>
internal static class SecretStreamMetrics
{
    private static readonly Meter _meter = new("Hyper.SecretStream");

    public static readonly Counter<long> FailedStreams = _meter.CreateCounter<long>(
        "hyper.secretstream.failed",
        "{stream}",
        "Streams destroyed for what the other side sent or did not send, by code."
    );

    public static readonly Counter<long> DroppedUnordered = _meter.CreateCounter<long>(
        "hyper.secretstream.unordered.dropped",
        "{message}",
        "Unordered messages that were too short, forged, repeated or early."
    );

    public static void CountFailure(string code) =>
        FailedStreams.Add(1, new KeyValuePair<string, object?>("code", code));
}
