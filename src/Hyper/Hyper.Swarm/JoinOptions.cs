namespace Hyper.Swarm;

/// <summary>In which roles a topic is joined. Both by default, as in hyperswarm.</summary>
public sealed record JoinOptions
{
    /// <summary>Announce us under the topic and accept connections.</summary>
    public bool Server { get; init; } = true;

    /// <summary>Look the topic up and dial the peers found.</summary>
    public bool Client { get; init; } = true;
}
