using Nat.Tests.Namespaces;
using TestKit.Partners;

namespace Nat.Tests.Matrix;

/// <summary>An internet with a DHT of six nodes on six hosts, to which peers behind NATs are added. Owns every process.</summary>
internal sealed class NatLab : IAsyncDisposable
{
    private readonly NodePartners _partners;
    private readonly Internet _internet;
    private readonly List<PartnerProcess> _processes = [];
    private PartnerProcess? _servers;
    private IReadOnlyList<PartnerAddress> _bootstrap = [];

    private NatLab(NodePartners partners, Internet internet)
    {
        _partners = partners;
        _internet = internet;
    }

    /// <summary>The nodes of the DHT.</summary>
    public IReadOnlyList<PartnerAddress> Servers { get; private set; } = [];

    /// <summary>The key of the relay, if there is one.</summary>
    public string? RelayKey { get; private set; }

    /// <param name="partners">Starts JavaScript peers.</param>
    /// <param name="internets">Makes the namespaces.</param>
    /// <param name="servers">Whose nodes make up the DHT, and whose relay it is.</param>
    /// <param name="withRelay">Whether there is a relay.</param>
    public static async Task<NatLab> StartAsync(
        NodePartners partners,
        InternetFactory internets,
        Make servers,
        bool withRelay
    )
    {
        var lab = new NatLab(partners, await internets.CreateAsync());
        try
        {
            lab._servers = await lab.StartProcessAsync(servers, lab._internet.Core);
            var network = await PartnerTestnet.StartAsync(lab._servers, Internet.ServerHosts);
            lab._bootstrap = network.Bootstrap;
            lab.Servers = [.. network.Nodes.Select(node => new PartnerAddress(node.Host, node.Port))];
            if (withRelay)
                lab.RelayKey = (await PartnerRelay.ListenAsync(await lab.AddServerAsync(), Seeds.C)).PublicKey;
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts another public node, which strangers can reach but nobody knows of.</summary>
    public Task<PartnerNode> AddServerAsync() =>
        PartnerNode.StartAsync(_servers!, _bootstrap, host: Internet.RelayHost, seed: null, serving: true);

    /// <summary>Starts a peer behind a NAT of its own.</summary>
    public async Task<(Site Site, PartnerNode Node)> AddPeerAsync(Make make, NatKind kind)
    {
        var site = await _internet.AddSiteAsync(kind);
        var process = await StartProcessAsync(make, site.Host);
        return (site, await PartnerNode.StartAsync(process, _bootstrap, host: "0.0.0.0"));
    }

    /// <summary>
    /// Starts a JavaScript peer that everybody can reach, does not know it, and never has a turn for a punch with random ports.
    /// </summary>
    public async Task<PartnerNode> AddRestingPeerAsync(Make make)
    {
        var site = await _internet.AddSiteAsync(NatKind.Open);
        var process = await StartProcessAsync(make, site.Host);
        return await PartnerNode.StartAsync(process, _bootstrap, isFirewalled: true, host: "0.0.0.0", isResting: true);
    }

    /// <summary>Starts a peer on another host behind the NAT of a site.</summary>
    public async Task<PartnerNode> AddNeighbourAsync(Make make, Site site)
    {
        var process = await StartProcessAsync(make, await site.AddHostAsync());
        return await PartnerNode.StartAsync(process, _bootstrap, host: "0.0.0.0");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await _internet.DisposeAsync();
    }

    private async Task<PartnerProcess> StartProcessAsync(Make make, NetworkNamespace place)
    {
        var process = await make.StartAsync(_partners, place);
        _processes.Add(process);
        return process;
    }
}
