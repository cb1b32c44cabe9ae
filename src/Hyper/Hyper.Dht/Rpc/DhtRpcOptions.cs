using System.Net;
using Hyper.Loop;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hyper.Dht.Rpc;

/// <summary>How a <see cref="DhtRpcNode"/> behaves. The defaults are those of dht-rpc 6.24.2 where it has them.</summary>
public sealed record DhtRpcOptions
{
    /// <summary>Local address of both sockets. IPv4 any by default; the DHT speaks IPv4 only.</summary>
    public IPAddress Host { get; init; } = IPAddress.Any;

    /// <summary>
    /// Port of the server socket, the one that others know; 0 (default) for one chosen by the system. If it is taken, the
    /// next four are tried, then any, unless <see cref="AnyPort"/> is off.
    /// </summary>
    public ushort Port { get; init; }

    /// <summary>Whether another port than <see cref="Port"/> will do. On by default.</summary>
    public bool AnyPort { get; init; } = true;

    /// <summary>Nodes to ask first when nobody else is known. Empty by default: the node waits to be found.</summary>
    public IReadOnlyList<UdpAddress> Bootstrap { get; init; } = [];

    /// <summary>Nodes known from an earlier run; they enter the table unasked.</summary>
    public IReadOnlyList<UdpAddress> Nodes { get; init; } = [];

    /// <summary>
    /// Whether the node keeps its id to itself and is in nobody's table. Null (default) finds out: it begins ephemeral
    /// and becomes persistent after <see cref="PersistentAfter"/> if it can be reached. False becomes persistent as soon as
    /// its address is known.
    /// </summary>
    public bool? Ephemeral { get; init; }

    /// <summary>
    /// Whether strangers' datagrams are kept from the server socket by a NAT or firewall. Null (default) assumes so and
    /// finds out; true assumes so for good; false says that the port is open.
    /// </summary>
    public bool? Firewalled { get; init; }

    /// <summary>
    /// Our address as others see it, where it is known beforehand (a bootstrap node). Null by default: others tell.
    /// </summary>
    public UdpAddress? PublicAddress { get; init; }

    /// <summary>How long the node must run undisturbed before it tries to become persistent. 20 minutes by default.</summary>
    public TimeSpan PersistentAfter { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Pause between two such trials on the same network. 60 minutes by default.</summary>
    public TimeSpan PersistentRetry { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Period of upkeep. 5 s by default; ages in the table are counted in it.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait for a reply before the next try. 1 s by default.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Datagrams sent for one request before it counts as timed out. 3 by default.</summary>
    public int RequestAttempts { get; init; } = 3;

    /// <summary>The same inside a query. 5 by default.</summary>
    public int QueryAttempts { get; init; } = 5;

    /// <summary>Nodes that a query asks at a time. 10 by default.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>Longest time of a query; then it ends with what it has. 60 s by default.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Longest time that <see cref="DhtRpcNode.FullyBootstrappedAsync"/> waits; bootstrapping itself goes on. 15 s by
    /// default, enough for two rounds past dead nodes.
    /// </summary>
    public TimeSpan BootstrapTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Unanswered requests per 750 ms above which further ones wait. 80 by default.</summary>
    public int MaxWindow { get; init; } = 80;

    /// <summary>Hints to others about dead nodes per tick. 50 by default; 0 sends none.</summary>
    public int DownHintsPerTick { get; init; } = 50;

    /// <summary>Longest delay of a delayed ping that is served. 10 s by default.</summary>
    public TimeSpan MaxPingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests a second that one host is served in the long run; the rest is dropped. 500 by default. Loopback is exempt.</summary>
    public int RequestsPerSecondPerHost { get; init; } = 500;

    /// <summary>Requests that one host may send at once. 1000 by default.</summary>
    public int RequestBurstPerHost { get; init; } = 1000;

    /// <summary>Whether a node may be kept in the table and asked. Null (default) allows all.</summary>
    public Func<UdpAddress, bool>? NodeFilter { get; init; }

    /// <summary>Opens the sockets. Null (default) opens plain UDP sockets on the loop.</summary>
    public IRpcSocketFactory? SocketFactory { get; init; }

    /// <summary>Where to log. Nothing is logged by default. Keys, tokens and values never are.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>A persistent node with an open port at a known address, for others to bootstrap from.</summary>
    public static DhtRpcOptions Bootstrapper(IPAddress host, ushort port) =>
        new()
        {
            Port = port,
            AnyPort = false,
            Ephemeral = false,
            Firewalled = false,
            PublicAddress = new UdpAddress(host, port),
        };

    /// <summary>A persistent node of a network on one machine.</summary>
    public static DhtRpcOptions LocalTestnet(params IReadOnlyList<UdpAddress> bootstrap) =>
        new()
        {
            Host = IPAddress.Loopback,
            Ephemeral = false,
            Firewalled = false,
            Bootstrap = bootstrap,
        };

    internal static void Validate(DhtRpcOptions options)
    {
        Require(options.RequestAttempts > 0, nameof(RequestAttempts), options);
        Require(options.QueryAttempts > 0, nameof(QueryAttempts), options);
        Require(options.Concurrency > 0, nameof(Concurrency), options);
        Require(options.MaxWindow > 0, nameof(MaxWindow), options);
        Require(options.DownHintsPerTick >= 0, nameof(DownHintsPerTick), options);
        Require(options.RequestsPerSecondPerHost > 0, nameof(RequestsPerSecondPerHost), options);
        Require(options.RequestBurstPerHost > 0, nameof(RequestBurstPerHost), options);
        Require(options.TickInterval > TimeSpan.Zero, nameof(TickInterval), options);
        Require(options.RequestTimeout > TimeSpan.Zero, nameof(RequestTimeout), options);
        Require(options.QueryTimeout > TimeSpan.Zero, nameof(QueryTimeout), options);
        Require(options.BootstrapTimeout > TimeSpan.Zero, nameof(BootstrapTimeout), options);
        Require(options.PublicAddress is null or { IsIPv4: true, Port: > 0 }, nameof(PublicAddress), options);
        foreach (var node in options.Bootstrap)
            Require(node.IsIPv4 && node.Port != 0, nameof(Bootstrap), options);
    }

    private static void Require(bool isValid, string property, DhtRpcOptions options)
    {
        if (!isValid)
            throw new ArgumentException($"{property} is out of its range.", nameof(options));
    }
}
