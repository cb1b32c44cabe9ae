namespace TestKit.Partners;

/// <summary>A DHT of a partner's nodes that serve others.</summary>
public sealed class PartnerTestnet : PartnerObject
{
    private PartnerTestnet(PartnerProcess partner, Network network)
        : base(partner, network.Handle)
    {
        Bootstrap = network.Bootstrap;
        Nodes = network.Nodes;
    }

    /// <summary>Where a node joins it.</summary>
    public IReadOnlyList<PartnerAddress> Bootstrap { get; }

    /// <summary>All its nodes; the first is the one to bootstrap from.</summary>
    public IReadOnlyList<PartnerTestnetNode> Nodes { get; }

    /// <summary>
    /// Starts the nodes. JavaScript peers on one machine find each other only where there are three or more, and two of
    /// hyperdht 6.34 connect reliably from four on: each judges its own address by what that many tell it.
    /// </summary>
    public static async Task<PartnerTestnet> StartAsync(PartnerProcess partner, int size = 6)
    {
        var made = await partner.CallAsync<Network>("dht.testnet", new { size });
        return new PartnerTestnet(partner, made);
    }

    /// <summary>Starts a node at each of these hosts of the partner's namespace.</summary>
    public static async Task<PartnerTestnet> StartAsync(PartnerProcess partner, IReadOnlyList<string> hosts)
    {
        var made = await partner.CallAsync<Network>("dht.testnet", new { hosts });
        return new PartnerTestnet(partner, made);
    }

    private sealed record Network(
        string Handle,
        IReadOnlyList<PartnerAddress> Bootstrap,
        IReadOnlyList<PartnerTestnetNode> Nodes
    );
}
