using System.Diagnostics.Metrics;

namespace Intercom.Sidechannels.Internal;

/// <summary>Counts of all sidechannels of the process.</summary>
internal static class SidechannelMetrics
{
    // First: the counters are made from it.
    private static readonly Meter _meter = new("Intercom.Sidechannels");

    public static readonly Counter<long> Sent = Messages("sent");
    public static readonly Counter<long> Delivered = Messages("delivered");
    public static readonly Counter<long> Relayed = Messages("relayed");

    private static readonly Counter<long> _dropped = Messages("dropped");
    private static readonly KeyValuePair<string, object?>[] _reasons =
    [
        .. Enum.GetValues<DropReason>()
            .Select(reason => new KeyValuePair<string, object?>("reason", reason.ToString())),
    ];

    public static void Count(DropReason reason) => _dropped.Add(1, _reasons[(int)reason]);

    private static Counter<long> Messages(string what) =>
        _meter.CreateCounter<long>($"intercom.sidechannels.{what}", "{message}");
}
