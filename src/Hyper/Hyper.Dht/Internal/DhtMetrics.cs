using System.Diagnostics.Metrics;
using Hyper.Dht.Rpc;

namespace Hyper.Dht.Internal;

/// <summary>Counts of all DHT nodes of the process, under the meter <c>Hyper.Dht</c>. None is touched for a good packet.</summary>
internal static class DhtMetrics
{
    /// <summary>What was dropped; the value of the tag <c>what</c>.</summary>
    public const string Requests = "requests";

    /// <inheritdoc cref="Requests"/>
    public const string Relays = "relays";

    /// <inheritdoc cref="Requests"/>
    public const string Handshakes = "handshakes";

    /// <inheritdoc cref="Requests"/>
    public const string Replies = "replies";

    /// <inheritdoc cref="Requests"/>
    public const string Records = "records";

    // First: the counters are made from it.
    private static readonly Meter _meter = new("Hyper.Dht");

    private static readonly Counter<long> _limited = _meter.CreateCounter<long>(
        "hyper.dht.limited",
        "{message}",
        "Messages of others dropped by a limit, by what they were."
    );

    private static readonly Counter<long> _healthChanges = _meter.CreateCounter<long>(
        "hyper.dht.health_changes",
        "{change}",
        "Changes of what our requests say about the network, by the new state."
    );

    private static readonly Counter<long> _roleChanges = _meter.CreateCounter<long>(
        "hyper.dht.role_changes",
        "{change}",
        "Nodes that became persistent or ephemeral, by the new role."
    );

    private static readonly Counter<long> _suspensions = _meter.CreateCounter<long>(
        "hyper.dht.suspensions",
        "{suspension}",
        "Nodes that were suspended."
    );

    public static void CountLimited(string what) => _limited.Add(1, new KeyValuePair<string, object?>("what", what));

    public static void CountHealth(DhtHealth state) =>
        _healthChanges.Add(1, new KeyValuePair<string, object?>("state", state.ToString()));

    public static void CountRole(bool isPersistent) =>
        _roleChanges.Add(1, new KeyValuePair<string, object?>("role", isPersistent ? "persistent" : "ephemeral"));

    public static void CountSuspension() => _suspensions.Add(1);
}
