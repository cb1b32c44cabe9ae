using Hyper.Crypto;
using Hyper.Dht;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hyper.Swarm;

/// <summary>How a <see cref="Hyperswarm"/> behaves. Defaults are those of hyperswarm 4.17.2 where it has them.</summary>
public sealed record HyperswarmOptions
{
    /// <summary>The identity under which we listen, announce and dial; the DHT node's own when null. Stays the caller's.</summary>
    public KeyPair? KeyPair { get; init; }

    /// <summary>
    /// Connections and attempts together above which nobody found under a topic is dialled; others may still dial us, and
    /// peers joined by key are dialled all the same. With peers joined by key it is divided by 2 (one of them), 3 (two or
    /// three) or 4, which leaves them room.
    /// </summary>
    public int MaxPeers { get; init; } = 64;

    /// <summary>Attempts at the same time.</summary>
    public int MaxParallel { get; init; } = 3;

    /// <summary>Connections and attempts of ours above which nobody found under a topic is dialled. No limit by default.</summary>
    public int MaxClientConnections { get; init; } = int.MaxValue;

    /// <summary>Connections that others may hold to us; further ones are closed. 1,024 by default; JS has no limit.</summary>
    public int MaxServerConnections { get; init; } = 1024;

    /// <summary>
    /// Peers remembered besides those connected, banned or joined by key. When full, the waiting peer that has failed most
    /// is forgotten for one found; if none waits, the one found is passed over. 8,192 by default; JS has no limit.
    /// </summary>
    public int MaxKnownPeers { get; init; } = 8192;

    /// <summary>Bans remembered; the oldest is lifted for a further one. 4,096 by default; JS has no limit.</summary>
    public int MaxBannedPeers { get; init; } = 4096;

    /// <summary>
    /// Peers we once reached, long gone, that are still dialled every 60 to 90 s. The one gone longest is left until it is
    /// found again when there are more. 128 by default. JS leaves all of them after four failures.
    /// </summary>
    public int MaxLongGonePeers { get; init; } = 128;

    /// <summary>Decides at once whom to keep out.</summary>
    public SwarmFirewall? Firewall { get; init; }

    /// <summary>
    /// Decides whom to keep out when that takes time; asked after <see cref="Firewall"/>. A connection that a peer has
    /// dialled is held back until the verdict.
    /// </summary>
    public SwarmFirewallAsync? FirewallAsync { get; init; }

    /// <summary>How long <see cref="FirewallAsync"/> may take; without a verdict the peer is kept out this time. 5 s by default.</summary>
    public TimeSpan FirewallPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections of others that may wait for a verdict; further ones are closed. 64 by default.</summary>
    public int MaxPendingVerdicts { get; init; } = 64;

    /// <summary>
    /// Names the relay for a connection, ours or a peer's; none by default. It is told that there is no other way once a
    /// dial of the peer has failed for want of a path (see docs/protocol/hyperswarm.md). Ready made ones are in
    /// <see cref="DhtRelays"/>.
    /// </summary>
    public DhtRelaySelector? RelayThrough { get; init; }

    /// <summary>
    /// Whether the DHT node is suspended and resumed with the swarm, as in JS. On by default; to be turned off when the node
    /// has other users.
    /// </summary>
    public bool SuspendsNode { get; init; } = true;

    /// <summary>Where the swarm's doings are logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    internal static HyperswarmOptions Validated(HyperswarmOptions? options)
    {
        options ??= new HyperswarmOptions();
        var leastLimit = Math.Min(
            Math.Min(options.MaxPeers, options.MaxClientConnections),
            Math.Min(options.MaxServerConnections, options.MaxLongGonePeers)
        );
        if (leastLimit < 0)
            throw new ArgumentException("A limit of a swarm is 0 or more.", nameof(options));
        if (Math.Min(options.MaxParallel, options.MaxPendingVerdicts) < 1)
            throw new ArgumentException("A swarm dials, and asks about, at least one at a time.", nameof(options));
        if (Math.Min(options.MaxKnownPeers, options.MaxBannedPeers) < 1)
            throw new ArgumentException("A swarm needs room for at least one peer.", nameof(options));
        if (options.FirewallPatience <= TimeSpan.Zero)
            throw new ArgumentException("A verdict needs some time.", nameof(options));
        return options;
    }
}
