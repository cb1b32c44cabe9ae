namespace Hyper.BlindRelay;

/// <summary>Limits of a <see cref="BlindRelayServer"/>. blind-relay itself has none.</summary>
public sealed record BlindRelayServerOptions
{
    /// <summary>
    /// Clients connected at a time, at most. 2048 by default. When there are as many, the one that has had nothing joined or
    /// waiting for longest gives way, if that is at least 5 s.
    /// </summary>
    public int MaxSessions { get; init; } = 2048;

    /// <summary>Clients of one network of 256 addresses. 256 by default; loopback is exempt.</summary>
    public int MaxSessionsPerNetwork { get; init; } = 256;

    /// <summary>Connections joined at a time, at most. 1024 by default.</summary>
    public int MaxPairs { get; init; } = 1024;

    /// <summary>
    /// Ends that wait for their other end, at most. 1024 by default. When there are as many, the oldest of the network that has
    /// most makes room for one of a network that has fewer.
    /// </summary>
    public int MaxPending { get; init; } = 1024;

    /// <summary>Ends of one public key, waiting or joined. 64 by default.</summary>
    public int MaxPerPeer { get; init; } = 64;

    /// <summary>Ends of one network of 256 addresses, waiting or joined. 256 by default; loopback is exempt.</summary>
    public int MaxPerNetwork { get; init; } = 256;

    /// <summary>How long an end waits for the other. 30 s by default; the ends themselves give up after 15 s.</summary>
    public TimeSpan PendingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this time without a packet from one of its ends a joined connection is ended, and a client is closed that has
    /// had nothing joined or waiting for so long. 60 s by default: both ends of a connection speak every 5 s.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    internal static BlindRelayServerOptions Validated(BlindRelayServerOptions options)
    {
        if (Math.Min(options.MaxSessions, options.MaxSessionsPerNetwork) < 1)
            throw new ArgumentException("A relay needs room for at least one client.", nameof(options));
        if (
            Math.Min(options.MaxPairs, options.MaxPending) < 1
            || Math.Min(options.MaxPerPeer, options.MaxPerNetwork) < 1
        )
            throw new ArgumentException("A relay needs room for at least one end.", nameof(options));
        if (options.PendingTimeout <= TimeSpan.Zero || options.IdleTimeout <= TimeSpan.Zero)
            throw new ArgumentException("Times must be positive.", nameof(options));
        return options;
    }
}
