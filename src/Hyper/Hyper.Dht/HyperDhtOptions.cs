using System.Net;
using Hyper.Crypto;
using Hyper.Dht.Internal.Nat;
using Hyper.Loop;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hyper.Dht;

/// <summary>How a <see cref="HyperDht"/> behaves. The defaults are those of hyperdht 6.27.0 where it has them.</summary>
public sealed record HyperDhtOptions
{
    /// <summary>The port that a node asks for by default.</summary>
    public const ushort DefaultPort = 49_737;

    /// <summary>The public bootstrap nodes, run by Holepunch.</summary>
    public static IReadOnlyList<UdpAddress> PublicBootstrap { get; } =
    [
        new(IPAddress.Parse("88.99.3.86"), DefaultPort),
        new(IPAddress.Parse("142.93.90.113"), DefaultPort),
        new(IPAddress.Parse("138.68.147.8"), DefaultPort),
    ];

    /// <summary>
    /// A peer of a network on one machine: bound to loopback, any port. <see cref="Bootstrap"/> is to be set to a node of
    /// that network, such as <see cref="HyperDhtTestnet.Bootstrap"/>.
    /// </summary>
    public static HyperDhtOptions LocalTestnet { get; } =
        new()
        {
            Host = IPAddress.Loopback,
            Port = 0,
            Bootstrap = [],
            Ephemeral = true,
        };

    /// <summary>
    /// Local address of all sockets. IPv4 any by default; IPv6 any opens sockets that reach IPv4 too. The DHT speaks IPv4
    /// only.
    /// </summary>
    public IPAddress Host { get; init; } = IPAddress.Any;

    /// <summary>Port of the server socket. 49737 by default; if it is taken the next four are tried, then any.</summary>
    public ushort Port { get; init; } = DefaultPort;

    /// <summary>Whether another port than <see cref="Port"/> will do. On by default.</summary>
    public bool AnyPort { get; init; } = true;

    /// <summary>Nodes to ask first when nobody else is known. The public ones by default.</summary>
    public IReadOnlyList<UdpAddress> Bootstrap { get; init; } = PublicBootstrap;

    /// <summary>Nodes known from an earlier run. None by default.</summary>
    public IReadOnlyList<UdpAddress> Nodes { get; init; } = [];

    /// <summary>
    /// Whether the node stores nothing for others. Null (default) finds out: it becomes persistent after 20 minutes if it
    /// can be reached. False becomes persistent as soon as its address is known.
    /// </summary>
    public bool? Ephemeral { get; init; }

    /// <summary>
    /// Whether strangers' datagrams are kept from the node. Null (default) assumes so and finds out; false says that
    /// <see cref="Port"/> is open.
    /// </summary>
    public bool? Firewalled { get; init; }

    /// <summary>Our address as others see it, where it is known beforehand. Null by default: others tell.</summary>
    public UdpAddress? PublicAddress { get; init; }

    /// <summary>How long the node must run undisturbed before it tries to become persistent. 20 minutes by default.</summary>
    public TimeSpan PersistentAfter { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Pause between two such trials on the same network, and before one on another. 60 minutes by default.</summary>
    public TimeSpan PersistentRetry { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>
    /// Clients' first messages that the servers of this node work on in a second, in the long run; four times as many may
    /// come at once, and half of them are kept for senders that have proven their address. 500 by default: a message costs
    /// an eighth of a millisecond if it is refused and half of one if it is answered, so a flood costs 7 to 23 % of a
    /// processor. Copies of a message count once. Loopback is exempt.
    /// </summary>
    public int HandshakesPerSecond { get; init; } = 500;

    /// <summary>The same for the clients of one network of 256 addresses. 50 by default.</summary>
    public int HandshakesPerSecondPerNetwork { get; init; } = 50;

    /// <summary>The identity for listening and connecting where none is given. A new one by default.</summary>
    public KeyPair? KeyPair { get; init; }

    /// <summary>
    /// After this time without a write a connection sends an empty message, so that NATs keep their state. 5 s by default;
    /// keep it at 10 s or less. Zero: never.
    /// </summary>
    public TimeSpan ConnectionKeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time of one connect, the search included. 45 s by default; hyperdht has no such limit.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// Names the IPv4 hosts of this machine, told to peers behind the same public address so that they may connect
    /// inside the local network. By default those of its running interfaces. Asked every few seconds, also on other threads,
    /// and when its answer changes the node looks for the network afresh. Must not be slow when asked on the loop.
    /// </summary>
    public Func<IReadOnlyList<IPAddress>> LocalHosts { get; init; } = SystemLocalHosts.Find;

    /// <summary>Where to log. Nothing is logged by default. Keys, tokens and payloads never are.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
