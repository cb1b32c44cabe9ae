using System.Diagnostics.Metrics;

namespace Hyper.Swarm.Internal;

/// <summary>What all swarms of the process do.</summary>
internal static class SwarmMetrics
{
    private static readonly Meter _meter = new("Hyper.Swarm");

    private static readonly UpDownCounter<long> _connections = _meter.CreateUpDownCounter<long>(
        "hyper.swarm.connections",
        "{connection}",
        "Open connections, by who dialled."
    );

    private static readonly Histogram<double> _dials = _meter.CreateHistogram<double>(
        "hyper.swarm.dials",
        "s",
        "Time of dials, by outcome: ok or the error's code."
    );

    private static readonly Histogram<double> _lives = _meter.CreateHistogram<double>(
        "hyper.swarm.connection_lives",
        "s",
        "Time from a connection's opening to its end."
    );

    private static readonly Histogram<double> _returns = _meter.CreateHistogram<double>(
        "hyper.swarm.returns",
        "s",
        "Time from the loss of a connection to the next one with the same peer."
    );

    private static readonly Counter<long> _refreshes = _meter.CreateCounter<long>(
        "hyper.swarm.refreshes",
        "{refresh}",
        "Announces and lookups of topics, by outcome: ok or failed."
    );

    /// <summary>Dials under way.</summary>
    public static readonly UpDownCounter<long> Dialling = _meter.CreateUpDownCounter<long>(
        "hyper.swarm.dialling",
        "{dial}"
    );

    /// <summary>Peers that wait for their turn to be dialled.</summary>
    public static readonly UpDownCounter<long> Queued = _meter.CreateUpDownCounter<long>(
        "hyper.swarm.queued",
        "{peer}"
    );

    /// <summary>Peers known: connected, to be dialled, joined by key or banned.</summary>
    public static readonly UpDownCounter<long> Known = _meter.CreateUpDownCounter<long>("hyper.swarm.known", "{peer}");

    /// <summary>Topics joined.</summary>
    public static readonly UpDownCounter<long> Topics = _meter.CreateUpDownCounter<long>(
        "hyper.swarm.topics",
        "{topic}"
    );

    /// <summary>Connections closed because another with the same peer was kept.</summary>
    public static readonly Counter<long> Duplicates = _meter.CreateCounter<long>(
        "hyper.swarm.duplicates",
        "{connection}"
    );

    /// <summary>Connections of others closed at a limit.</summary>
    public static readonly Counter<long> Refused = _meter.CreateCounter<long>("hyper.swarm.refused", "{connection}");

    /// <summary>Verdicts against a peer.</summary>
    public static readonly Counter<long> Banned = _meter.CreateCounter<long>("hyper.swarm.banned", "{verdict}");

    /// <summary>Peers passed over or forgotten because a table was full.</summary>
    public static readonly Counter<long> Dropped = _meter.CreateCounter<long>("hyper.swarm.dropped", "{peer}");

    public static void OnOpened(bool isClient) => _connections.Add(1, DialledBy(isClient));

    public static void OnClosed(bool isClient, TimeSpan lived)
    {
        _connections.Add(-1, DialledBy(isClient));
        _lives.Record(lived.TotalSeconds);
    }

    public static void OnDialled(TimeSpan took, string outcome) =>
        _dials.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public static void OnReturned(TimeSpan took) => _returns.Record(took.TotalSeconds);

    public static void OnRefreshed(bool succeeded) =>
        _refreshes.Add(1, new KeyValuePair<string, object?>("outcome", succeeded ? "ok" : "failed"));

    private static KeyValuePair<string, object?> DialledBy(bool isClient) =>
        new("dialled_by", isClient ? "us" : "peer");
}
