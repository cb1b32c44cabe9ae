using TestKit;

namespace SimulationKit;

/// <summary>What a <see cref="SimulatedNetwork"/> is made of.</summary>
public sealed record SimulatedNetworkOptions
{
    /// <summary>Persistent nodes of the DHT; the first is the one to bootstrap from. 8 by default, at least 3.</summary>
    public int DhtNodes { get; init; } = 8;

    /// <summary>What happens to datagrams between hosts from the start; <see cref="SimulatedWorld.Conditions"/> changes it later.</summary>
    public LinkConditions Conditions { get; init; } = LinkConditions.Clean;

    /// <summary>Most virtual time the test may take. Ten minutes by default.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Takes down every datagram, to compare two runs of one seed.</summary>
    public WorldTrace? Trace { get; init; }
}
