namespace Interop.Tests.Harness;

/// <summary>A partner's Hyperswarm on a node of its own.</summary>
public sealed class JsSwarm : PartnerObject
{
    private JsSwarm(JsPartner partner, string handle, string publicKey)
        : base(partner, handle) => PublicKey = publicKey;

    /// <summary>Its public key in hexadecimal.</summary>
    public string PublicKey { get; }

    /// <summary>Starts a swarm whose connections treat what they receive as <paramref name="mode"/> says.</summary>
    /// <param name="partner">Where it is to live.</param>
    /// <param name="bootstrap">Nodes that its node asks first.</param>
    /// <param name="mode">What becomes of what is received.</param>
    /// <param name="seed">Seed of its key pair; random by default.</param>
    /// <param name="relayThrough">The key of the relay that it names, in hexadecimal.</param>
    /// <param name="relayOnly">The key of a relay: no other path leads to the swarm and from it. None by default.</param>
    public static async Task<JsSwarm> StartAsync(
        JsPartner partner,
        IReadOnlyList<JsAddress> bootstrap,
        StreamMode mode = StreamMode.Hash,
        string? seed = null,
        string? relayThrough = null,
        string? relayOnly = null
    )
    {
        var made = await partner.CallAsync<CreatedSwarm>(
            "swarm.create",
            new
            {
                bootstrap,
                seed,
                relayThrough,
                relayOnly,
                nodeOptions = relayOnly is null ? null : new { quickFirewall = false },
                stream = new { mode = mode.ToDriver() },
            }
        );
        return new JsSwarm(partner, made.Handle, made.PublicKey);
    }

    /// <summary>Joins a topic of 32 bytes; completes when the first announcement or lookup is done.</summary>
    public Task JoinAsync(string topic, bool server = true, bool client = true) =>
        Partner.CallAsync(
            "swarm.join",
            new
            {
                swarm = Handle,
                topic,
                server,
                client,
            }
        );

    /// <summary>Replicates a store over every connection from now on; the swarm's mode is <see cref="StreamMode.None"/>.</summary>
    public Task ReplicateAsync(JsStore store) =>
        Partner.CallAsync("swarm.replicate", new { swarm = Handle, store = store.Handle });

    public Task LeaveAsync(string topic) => Partner.CallAsync("swarm.leave", new { swarm = Handle, topic });

    /// <summary>Waits until every peer known now has connected or failed once.</summary>
    public Task FlushAsync() => Partner.CallAsync("swarm.flush", new { swarm = Handle });

    /// <summary>Keeps a connection to this key, whatever the topics.</summary>
    public Task JoinPeerAsync(string publicKey) =>
        Partner.CallAsync("swarm.joinPeer", new { swarm = Handle, publicKey });

    /// <summary>Has the swarm accept connections.</summary>
    public Task ListenAsync() => Partner.CallAsync("swarm.listen", new { swarm = Handle });

    /// <summary>Destroys the connections with these peers.</summary>
    public Task CutAsync(IReadOnlyCollection<string> publicKeys) =>
        Partner.CallAsync("swarm.cut", new { swarm = Handle, publicKeys });

    /// <summary>Waits for the next connection.</summary>
    public async Task<JsConnection> ConnectionAsync(TimeSpan? deadline = null)
    {
        var told = await ExpectAsync("connection", deadline);
        return new JsConnection(new JsStream(Partner, told.Text("stream")!), told.Text("remotePublicKey")!);
    }

    /// <summary>The keys of the peers it is connected to now.</summary>
    public async Task<IReadOnlyList<string>> ConnectedAsync() =>
        (await Partner.CallAsync<Peers>("swarm.peers", new { swarm = Handle })).Connections;

    /// <summary>Closes its connections and sockets until <see cref="ResumeAsync"/>.</summary>
    public Task SuspendAsync() => Partner.CallAsync("swarm.suspend", new { swarm = Handle });

    public Task ResumeAsync() => Partner.CallAsync("swarm.resume", new { swarm = Handle });

    /// <summary>How often it has dialled anybody.</summary>
    public async Task<long> DialsAsync() =>
        (await Partner.CallAsync<Peers>("swarm.peers", new { swarm = Handle })).Attempted;

    public Task DestroyAsync() => Partner.CallAsync("swarm.destroy", new { swarm = Handle });

    private sealed record CreatedSwarm(string Handle, string PublicKey);

    private sealed record Peers(IReadOnlyList<string> Connections, long Attempted);
}
