using Hyper.Dht.Internal.Punching;

namespace Hyper.Dht;

/// <summary>
/// How a node punched, in running totals. Written by the node's loop; a reader on another thread sees recent values.
/// </summary>
public sealed class DhtPunchStatistics
{
    /// <summary>Punches between sides that keep one port each.</summary>
    public long Consistent { get; internal set; }

    /// <summary>Punches with random ports on one side.</summary>
    public long Random { get; internal set; }

    /// <summary>Clients told to come back because another punch with random ports had its turn.</summary>
    public long TryLater { get; internal set; }

    internal void Count(Holepuncher puncher)
    {
        if (puncher.IsRandom)
            Random++;
        else
            Consistent++;
    }
}
