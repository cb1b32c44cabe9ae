namespace Nat.Tests.Namespaces;

/// <summary>
/// An internet of namespaces with no way out of them: one that routes and holds the addresses of public servers, and a line
/// from it to each <see cref="Site"/>. Disposing removes everything; the processes in it must have ended.
/// </summary>
internal sealed class Internet : IAsyncDisposable
{
    private readonly string _prefix;
    private readonly List<Site> _sites = [];

    private Internet(string prefix, NetworkNamespace core)
    {
        _prefix = prefix;
        Core = core;
    }

    /// <summary>The router in the middle, and where the public servers live.</summary>
    public NetworkNamespace Core { get; }

    /// <summary>Addresses of public servers in networks of their own: what these say of a peer are independent votes.</summary>
    public static IReadOnlyList<string> ServerHosts { get; } = [.. Enumerable.Range(1, 6).Select(i => $"41.{i}.0.1")];

    /// <summary>The address of a public relay.</summary>
    public const string RelayHost = "41.9.0.1";

    /// <param name="prefix">What the names of its namespaces begin with.</param>
    public static async Task<Internet> CreateAsync(string prefix)
    {
        var core = await NetworkNamespace.CreateAsync($"{prefix}core");
        var internet = new Internet(prefix, core);
        try
        {
            await core.ConfigureAsync([
                .. ServerHosts.Append(RelayHost).Select(host => $"address add {host}/32 dev lo"),
            ]);
            await core.ForwardAsync();
            return internet;
        }
        catch
        {
            await internet.DisposeAsync();
            throw;
        }
    }

    public async Task<Site> AddSiteAsync(NatKind kind)
    {
        var site = await Site.CreateAsync(Core, _prefix, _sites.Count + 1, kind);
        _sites.Add(site);
        return site;
    }

    /// <summary>Sets the MTU of the line to a site on the internet's side: what is too long is dropped in the middle of a path.</summary>
    public Task SetLineMtuAsync(Site site, int mtu) => Core.ConfigureAsync($"link set {site.Line} mtu {mtu}");

    public async ValueTask DisposeAsync()
    {
        foreach (var site in _sites)
            await site.DisposeAsync();
        await Core.DisposeAsync();
    }
}
