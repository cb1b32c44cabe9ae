namespace Hyper.Swarm;

/// <summary>How a topic is joined. As server and client, without a limit, by default, as in hyperswarm.</summary>
public sealed record JoinOptions
{
    /// <summary>Announce us under the topic and accept connections.</summary>
    public bool Server { get; init; } = true;

    /// <summary>Look the topic up and dial the peers found.</summary>
    public bool Client { get; init; } = true;

    /// <summary>
    /// Peers found under the topic that are connected, dialled or to be dialled at a time; further ones are passed over.
    /// Without a limit when null. When several joined, the largest counts.
    /// </summary>
    public int? Limit { get; init; }

    internal static JoinOptions Validated(JoinOptions? options)
    {
        options ??= new JoinOptions();
        if (!options.Server && !options.Client)
            throw new ArgumentException("A topic is joined as server, as client or as both.", nameof(options));
        if (options.Limit < 0)
            throw new ArgumentException("A limit of peers is 0 or more.", nameof(options));
        return options;
    }
}
