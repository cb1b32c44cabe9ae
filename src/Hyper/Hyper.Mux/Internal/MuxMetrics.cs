using System.Diagnostics.Metrics;

namespace Hyper.Mux.Internal;

/// <summary>What the other sides of all muxes did wrong or in vain.</summary>
internal static class MuxMetrics
{
    private static readonly Meter _meter = new("Hyper.Mux");

    /// <summary>Streams given up because the other side broke the protocol.</summary>
    public static readonly Counter<long> ProtocolErrors = _meter.CreateCounter<long>(
        "hyper.mux.protocol_errors",
        "{stream}"
    );

    /// <summary>Opens of the other side that were rejected.</summary>
    public static readonly Counter<long> RejectedOpens = _meter.CreateCounter<long>(
        "hyper.mux.rejected_opens",
        "{open}"
    );

    /// <summary>Messages for channels or types that do not exist here.</summary>
    public static readonly Counter<long> IgnoredMessages = _meter.CreateCounter<long>(
        "hyper.mux.ignored_messages",
        "{message}"
    );
}
