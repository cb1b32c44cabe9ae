namespace Hyper.Dht;

/// <summary>How a <see cref="DhtServer"/> behaves.</summary>
public sealed record DhtServerOptions
{
    /// <summary>Keeps clients out. Null (default) lets everybody in.</summary>
    public DhtFirewall? Firewall { get; init; }

    /// <summary>
    /// Whether clients are told the server's addresses in its local network, so that those in the same one connect there.
    /// On by default.
    /// </summary>
    public bool ShareLocalAddress { get; init; } = true;

    /// <summary>
    /// Handshakes kept at a time, at most. 512 by default. When all are taken, the oldest that has led to a connection
    /// gives way, else the oldest that has not.
    /// </summary>
    public int MaxHandshakes { get; init; } = 512;

    /// <summary>
    /// Handshakes without a connection yet from one network of 256 addresses; more of them get no answer, unless
    /// one has not been heard of for 2 s. 64 by default.
    /// Loopback is exempt.
    /// </summary>
    public int MaxHandshakesPerNetwork { get; init; } = 64;

    /// <summary>
    /// Names a relay for each client to go through until there is a direct path. None by default; then the client's
    /// choice counts.
    /// </summary>
    public DhtRelaySelector? RelayThrough { get; init; }

    /// <summary>
    /// Relays named by clients that are dialled at a time, at most. 16 by default; 0 to dial none. A client can name any
    /// key, and looking for it costs a search.
    /// </summary>
    public int MaxRelayDials { get; init; } = 16;

    internal static DhtServerOptions Validated(DhtServerOptions options)
    {
        if (options.MaxHandshakes < 1 || options.MaxHandshakesPerNetwork < 1)
            throw new ArgumentException("A server needs room for at least one handshake.", nameof(options));
        if (options.MaxRelayDials < 0)
            throw new ArgumentException("The number of relay dials cannot be negative.", nameof(options));
        return options;
    }
}
