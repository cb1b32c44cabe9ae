namespace Hyper.Dht;

/// <summary>Running totals of a server. Written by its loop; a reader on another thread sees recent values.</summary>
public sealed class DhtServerStatistics
{
    /// <summary>Handshakes answered, each counted once however many relays brought it.</summary>
    public long Answered { get; internal set; }

    /// <summary>Handshakes that were not Noise for our key, or had no readable payload.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Clients kept out by the firewall.</summary>
    public long Firewalled { get; internal set; }

    /// <summary>Handshakes dropped because of <see cref="DhtServerOptions"/>'s limits.</summary>
    public long Limited { get; internal set; }

    /// <summary>Connections handed over.</summary>
    public long Connections { get; internal set; }

    /// <summary>Handshakes that were answered and led to no connection in time.</summary>
    public long Expired { get; internal set; }
}
