namespace Hyper.Swarm;

/// <summary>Running totals of a swarm. Written by its loop.</summary>
public sealed class SwarmStatistics
{
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

    /// <summary>Peers kept out.</summary>
    public long Banned { get; internal set; }

    /// <summary>Peers found and passed over because too many are known.</summary>
    public long PassedOver { get; internal set; }

    /// <summary>Lookups and announces that failed.</summary>
    public long RefreshesFailed { get; internal set; }
}
