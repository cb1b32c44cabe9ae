namespace Hyper.BlindRelay;

/// <summary>
/// Running totals of a <see cref="BlindRelayServer"/>, and what there is now. Written by its loop; a reader on another
/// thread sees recent values.
/// </summary>
public sealed class BlindRelayStatistics
{
    /// <summary>Clients that have opened the channel.</summary>
    public long SessionsOpened { get; internal set; }

    /// <summary>Clients that are there now.</summary>
    public int Sessions { get; internal set; }

    /// <summary>Clients turned away because as many were there as may be.</summary>
    public long SessionsRefused { get; internal set; }

    /// <summary>Clients closed because they had nothing joined or waiting for too long.</summary>
    public long SessionsIdled { get; internal set; }

    /// <summary>Ends that asked to be joined.</summary>
    public long Requested { get; internal set; }

    /// <summary>Pairs joined.</summary>
    public long Matched { get; internal set; }

    /// <summary>Ends that called off, or left before the other came.</summary>
    public long Cancelled { get; internal set; }

    /// <summary>Ends whose other end did not come in time.</summary>
    public long Expired { get; internal set; }

    /// <summary>Ends refused because of <see cref="BlindRelayServerOptions"/>'s limits.</summary>
    public long Refused { get; internal set; }

    /// <summary>Ends that waited and made room for one of a network that had fewer.</summary>
    public long Displaced { get; internal set; }

    /// <summary>Pairs ended because an end fell silent.</summary>
    public long Idled { get; internal set; }

    /// <summary>Ends that wait now.</summary>
    public int Pending { get; internal set; }

    /// <summary>Pairs that are joined now.</summary>
    public int Active { get; internal set; }
}
