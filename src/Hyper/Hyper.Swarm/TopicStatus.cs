namespace Hyper.Swarm;

/// <summary>How it stands with a topic.</summary>
/// <param name="IsServer">Whether it is joined as a server by anybody.</param>
/// <param name="IsClient">Whether it is joined as a client by anybody.</param>
/// <param name="Sessions">How often it is joined.</param>
/// <param name="Limit">The limit of peers found under it, if there is one.</param>
/// <param name="IsAnnounced">Whether nodes may have us on record under it.</param>
/// <param name="IsRefreshing">Whether it is being announced or looked up now.</param>
/// <param name="Refreshes">Refreshes that succeeded.</param>
/// <param name="LastRefresh">When the last of them ended; null before the first.</param>
public readonly record struct TopicStatus(
    bool IsServer,
    bool IsClient,
    int Sessions,
    int? Limit,
    bool IsAnnounced,
    bool IsRefreshing,
    long Refreshes,
    DateTimeOffset? LastRefresh
);
