using System.Text.Json;

namespace TestKit.Partners;

/// <summary>A partner's HyperDHT node on loopback.</summary>
public sealed partial class PartnerNode : PartnerObject, IRecordClient
{
    private PartnerNode(PartnerProcess partner, Node node)
        : base(partner, node.Handle)
    {
        Address = new PartnerAddress(node.Host, node.Port);
        PublicKey = node.PublicKey;
    }

    /// <summary>Where it answers requests.</summary>
    public PartnerAddress Address { get; }

    /// <summary>The key with which it dials unless told otherwise, in hexadecimal.</summary>
    public string PublicKey { get; }

    /// <summary>Starts a node and waits until it has found its way into the network.</summary>
    /// <param name="partner">Where it is to live.</param>
    /// <param name="bootstrap">Nodes it asks first; at least one.</param>
    /// <param name="serving">Whether it stores and routes for others from the start.</param>
    /// <param name="seed">Seed of its key pair, 64 hexadecimal digits; random by default.</param>
    /// <param name="isFirewalled">Whether it never finds out that strangers can reach it.</param>
    /// <param name="host">Where it is bound, in a namespace; loopback by default.</param>
    /// <param name="isResting">Whether it never has a turn for a punch with random ports. JavaScript's only.</param>
    public static async Task<PartnerNode> StartAsync(
        PartnerProcess partner,
        IReadOnlyList<PartnerAddress> bootstrap,
        bool serving = false,
        string? seed = null,
        bool isFirewalled = false,
        string? host = null,
        bool isResting = false
    ) =>
        new(
            partner,
            await partner.CallAsync<Node>(
                "dht.node",
                new
                {
                    bootstrap,
                    serving,
                    seed,
                    host,
                    options = new
                    {
                        quickFirewall = !isFirewalled,
                        deferRandomPunch = isResting,
                        randomPunchInterval = isResting ? (int?)int.MaxValue : null,
                    },
                }
            )
        );

    /// <summary>Starts the first node of a network: it knows nobody, and stores and routes for others.</summary>
    /// <param name="partner">Where it is to live.</param>
    /// <param name="port">Where it is bound.</param>
    /// <param name="publicPort">Where others reach it, as a path between leads there.</param>
    public static async Task<PartnerNode> StartFirstAsync(PartnerProcess partner, ushort port, ushort publicPort) =>
        new(partner, await partner.CallAsync<Node>("dht.node", new { port, publicPort }));

    /// <summary>Pings an address; returns where the other saw the ping come from.</summary>
    public async Task<PartnerAddress> PingAsync(PartnerAddress to)
    {
        var reply = await CallAsync<Reply>("dht.ping", new { to.Host, to.Port });
        return reply.To;
    }

    /// <summary>Sends a bare request; returns the error number of the reply.</summary>
    public async Task<int> RequestAsync(PartnerAddress to, int command) =>
        (
            await CallAsync<ErrorReply>(
                "dht.request",
                new
                {
                    to.Host,
                    to.Port,
                    command,
                }
            )
        ).Error;

    /// <summary>What it thinks of itself.</summary>
    public async Task<(bool IsEphemeral, bool IsFirewalled)> GetRoleAsync()
    {
        var info = await CallAsync<Info>("dht.info", new { });
        return (info.Ephemeral, info.Firewalled);
    }

    /// <summary>The nodes closest to a target of 32 bytes that answered.</summary>
    public async Task<IReadOnlyList<PartnerAddress>> FindNodeAsync(string target) =>
        (await CallAsync<QueryResult>("dht.findNode", new { target })).Closest;

    /// <summary>Serves a key pair; the connections come as <c>connection</c> events.</summary>
    public async Task<PartnerServer> ListenAsync(
        string seed,
        StreamMode mode = StreamMode.Hash,
        bool refuseAll = false,
        object? options = null,
        string? relayThrough = null
    )
    {
        var made = await CallAsync<Listening>(
            "dht.listen",
            new
            {
                seed,
                firewall = refuseAll,
                relayThrough,
                options = options ?? new { },
                stream = new { mode = mode.ToDriver() },
            }
        );
        return new PartnerServer(Partner, made.Handle, made.PublicKey);
    }

    /// <summary>Dials a public key; the outcome is an <c>open</c> or a <c>close</c> event of the stream.</summary>
    public async Task<PartnerStream> ConnectAsync(
        string publicKey,
        StreamMode mode = StreamMode.Hash,
        string? seed = null,
        object? options = null,
        string? relayThrough = null,
        bool punches = true
    )
    {
        var made = await CallAsync<Created>(
            "dht.connect",
            new
            {
                publicKey,
                seed,
                relayThrough,
                punches,
                options = options ?? new { },
                stream = new { mode = mode.ToDriver() },
            }
        );
        return new PartnerStream(Partner, made.Handle);
    }

    /// <summary>Has its messages about punching leave later, so that a relay carries the connection first.</summary>
    public Task DelayPunchingAsync(TimeSpan delay) =>
        CallAsync<object>("dht.delayPunching", new { milliseconds = delay.TotalMilliseconds });

    /// <summary>Closes its sockets until <see cref="ResumeAsync"/>.</summary>
    public Task SuspendAsync() => CallAsync<object>("dht.suspend", new { });

    /// <summary>Opens its sockets again.</summary>
    public Task ResumeAsync() => CallAsync<object>("dht.resume", new { });

    /// <summary>Leaves the network in good order.</summary>
    public Task DestroyAsync() => Partner.CallAsync("dht.destroy", new { handle = Handle });

    private Task<T> CallAsync<T>(string verb, object args)
    {
        var node = JsonSerializer.SerializeToNode(args, JsonSerializerOptions.Web)!.AsObject();
        node["node"] = Handle;
        return Partner.CallAsync<T>(verb, node);
    }

    private sealed record Node(string Handle, string Host, ushort Port, string PublicKey);

    private sealed record Reply(PartnerAddress From, PartnerAddress To);

    private sealed record Info(bool Ephemeral, bool Firewalled);

    private sealed record ErrorReply(int Error);

    private sealed record QueryResult(IReadOnlyList<PartnerAddress> Closest);

    private sealed record Listening(string Handle, string PublicKey);
}
