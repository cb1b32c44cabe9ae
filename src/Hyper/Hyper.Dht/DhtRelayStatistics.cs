namespace Hyper.Dht;

/// <summary>
/// What a node's connections had to do with relays, in running totals. Written by the node's loop; a reader on another
/// thread sees recent values.
/// </summary>
public sealed class DhtRelayStatistics
{
    /// <summary>Relays dialled, for connections of both kinds.</summary>
    public long Attempts { get; internal set; }

    /// <summary>Connections that went over a relay.</summary>
    public long Successes { get; internal set; }

    /// <summary>Relays that were not there, or where the other side did not come.</summary>
    public long Aborts { get; internal set; }

    /// <summary>Connections that were moved from a relay to a direct path.</summary>
    public long Upgrades { get; internal set; }

    /// <summary>Connections that went back to the relay because nothing came over the direct path.</summary>
    public long Returns { get; internal set; }

    /// <summary>Relays named by clients that were not dialled because of a server's limits.</summary>
    public long Refused { get; internal set; }

    /// <summary>Connections that go over a relay now.</summary>
    public int Active { get; internal set; }
}
