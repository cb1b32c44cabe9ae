using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>How a topic is announced.</summary>
public sealed record DhtAnnounceOptions
{
    /// <summary>
    /// Nodes through which we can be reached, at most three: <see cref="DhtServer.RelayAddresses"/>. None by default, and
    /// peers look us up by our key.
    /// </summary>
    public IReadOnlyList<UdpAddress> RelayAddresses { get; init; } = [];

    /// <summary>When the topic last changed; nodes keep the latest and tell it in lookups. Null (default) says nothing.</summary>
    public DateTimeOffset? Bump { get; init; }

    /// <summary>Whether nodes that still name us from earlier, and are not among the nearest now, are told to forget us.</summary>
    public bool Clear { get; init; }

    /// <summary>How the search for the nearest nodes goes about.</summary>
    public DhtSearchOptions Search { get; init; } = new();
}
