using System.Net;
using Hyper.Dht;
using Hyper.Loop;
using Intercom.Bridge;
using Intercom.Node.Store;
using Intercom.Sidechannels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intercom.Node;

/// <summary>What one peer is made of.</summary>
public sealed record PeerOptions
{
    /// <summary>Folder of all stores.</summary>
    public string StoresDirectory { get; init; } = PeerStore.DefaultDirectory;

    /// <summary>This peer's store in it.</summary>
    public string StoreName { get; init; } = PeerStore.DefaultName;

    /// <summary>
    /// DHT nodes to start from; the public ones when empty. If all are on this machine the peer binds to loopback and
    /// stays on it.
    /// </summary>
    public IReadOnlyList<UdpAddress> DhtBootstrap { get; init; } = [];

    /// <summary>
    /// UDP port of the DHT of this machine (<see cref="LocalDht"/>), to be used, and run if nobody does;
    /// <see cref="DhtBootstrap"/> is then unused. Null, the default: no such DHT.
    /// </summary>
    public ushort? LocalDhtPort { get; init; }

    /// <summary>What the DHT node starts from, whether <see cref="LocalDhtPort"/> or <see cref="DhtBootstrap"/> says it.</summary>
    internal IReadOnlyList<UdpAddress> EffectiveBootstrap =>
        LocalDhtPort is { } port ? [LocalDht.BootstrapAt(port)] : DhtBootstrap;

    /// <summary>Channels and their policy.</summary>
    public SidechannelOptions Sidechannels { get; init; } = new();

    /// <summary>The agents' WebSocket, or null for none. Its token, logger and clock are set by the peer.</summary>
    public BridgeOptions? Bridge { get; init; }

    /// <summary>What clients of the bridge present; generated and kept in the store when null.</summary>
    public string? BridgeToken { get; init; }

    /// <summary>Take the next free port when the bridge's is taken.</summary>
    public bool BridgeTakesNextPort { get; init; }

    /// <summary>Whether clients of the bridge may run commands of the terminal. Default false.</summary>
    public bool BridgeRunsCommands { get; init; }

    /// <summary>Where everything logs to.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>How a DHT node is made for the network that these options name.</summary>
    public HyperDhtOptions GetDhtOptions()
    {
        var logger = LoggerFactory.CreateLogger<HyperDht>();
        var bootstrap = EffectiveBootstrap;
        if (bootstrap.Count == 0)
            return new HyperDhtOptions { Logger = logger };
        return bootstrap.All(node => IPAddress.IsLoopback(node.ToIPAddress()))
            ? HyperDhtOptions.LocalTestnet with
            {
                Bootstrap = bootstrap,
                Logger = logger,
            }
            : new HyperDhtOptions { Bootstrap = bootstrap, Logger = logger };
    }
}
