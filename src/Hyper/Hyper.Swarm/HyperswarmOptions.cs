using Hyper.Crypto;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hyper.Swarm;

/// <summary>How a <see cref="Hyperswarm"/> behaves. Defaults are those of hyperswarm 4.14.2 where it has them.</summary>
public sealed record HyperswarmOptions
{
    /// <summary>The identity under which we listen, announce and dial; the DHT node's own when null. Stays the caller's.</summary>
    public KeyPair? KeyPair { get; init; }

    /// <summary>Connections and attempts together above which we dial nobody; others may still dial us.</summary>
    public int MaxPeers { get; init; } = 64;

    /// <summary>Attempts at the same time.</summary>
    public int MaxParallel { get; init; } = 3;

    /// <summary>Connections that others may hold to us; further ones are closed. JS has no limit.</summary>
    public int MaxServerConnections { get; init; } = 1024;

    /// <summary>Peers remembered besides those connected; a peer found beyond that is passed over. JS has no limit.</summary>
    public int MaxKnownPeers { get; init; } = 8192;

    /// <summary>Decides whom to keep out.</summary>
    public SwarmFirewall? Firewall { get; init; }

    /// <summary>Where the swarm's doings are logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
