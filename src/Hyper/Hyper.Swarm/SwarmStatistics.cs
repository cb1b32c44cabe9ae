namespace Hyper.Swarm;

/// <summary>Running totals of a swarm. Written by its loop.</summary>
public sealed class SwarmStatistics
{
    /// <summary>Times that anything changed: a dial begun, a connection opened or ended.</summary>
    public long Updates { get; internal set; }

    /// <summary>Dials begun.</summary>
    public long ClientAttempted { get; internal set; }

    /// <summary>Dials that became connections.</summary>
    public long ClientOpened { get; internal set; }

    /// <summary>Dials that failed and dialled connections that ended.</summary>
    public long ClientClosed { get; internal set; }

    /// <summary>Connections that others dialled.</summary>
    public long ServerOpened { get; internal set; }

    /// <summary>Connections that others dialled and that ended.</summary>
    public long ServerClosed { get; internal set; }

    /// <summary>Connections closed because another with the same peer was kept.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Connections of others closed because as many stand as may, or wait for the firewall as may.</summary>
    public long Refused { get; internal set; }

    /// <summary>Verdicts against a peer, by the firewall or by the owner.</summary>
    public long Banned { get; internal set; }

    /// <summary>Bans lifted because there were too many.</summary>
    public long BansLifted { get; internal set; }

    /// <summary>Peers found and passed over because too many are known.</summary>
    public long PassedOver { get; internal set; }

    /// <summary>Peers forgotten for others, or left until found again, because too many are known or long gone.</summary>
    public long GaveWay { get; internal set; }

    /// <summary>Lookups and announces that failed.</summary>
    public long RefreshesFailed { get; internal set; }
}
