using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>How a search goes about.</summary>
public sealed record DhtSearchOptions
{
    /// <summary>Nodes to ask first, for example <see cref="DhtSearch.ClosestNodes"/> of an earlier search. Null by default.</summary>
    public IReadOnlyList<UdpAddress>? Nodes { get; init; }

    /// <summary>Datagrams sent to each node before it counts as gone. 5 by default, as in queries of dht-rpc.</summary>
    public int? Attempts { get; init; }

    /// <summary>Longest time of the search. 60 s by default.</summary>
    public TimeSpan? Timeout { get; init; }
}
