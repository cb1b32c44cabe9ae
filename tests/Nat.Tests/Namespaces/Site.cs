using TestKit.Partners;

namespace Nat.Tests.Namespaces;

/// <summary>
/// Hosts behind a router of their own, all of them namespaces, at the end of a line to the internet: one in the beginning.
/// </summary>
internal sealed class Site : IAsyncDisposable
{
    private const string Outer = "wan";
    private const string Inner = "lan";

    private readonly string _prefix;
    private readonly int _number;
    private readonly NetworkNamespace _router;
    private readonly List<NetworkNamespace> _hosts = [];

    private Site(NatKind kind, string prefix, int number, NetworkNamespace router)
    {
        Kind = kind;
        _prefix = prefix;
        _number = number;
        _router = router;
        Line = LineOf(number);
        PublicHost = kind.Translates() ? $"52.{number}.0.2" : OwnAddressOf(0);
    }

    public NatKind Kind { get; }

    private string Inside => Kind.Translates() ? $"192.168.{_number}" : $"63.{_number}.0";

    /// <summary>Where the first peer lives.</summary>
    public NetworkNamespace Host => _hosts[0];

    /// <summary>The address of the first host that others see.</summary>
    public string PublicHost { get; }

    /// <summary>The name of the internet's own end of the line to here.</summary>
    public string Line { get; }

    /// <param name="internet">Where the line ends.</param>
    /// <param name="prefix">What the names of its namespaces begin with.</param>
    /// <param name="number">Its number, from which its addresses follow.</param>
    /// <param name="kind">What its router does.</param>
    public static async Task<Site> CreateAsync(NetworkNamespace internet, string prefix, int number, NatKind kind)
    {
        var router = await NetworkNamespace.CreateAsync($"{prefix}router{number}");
        var site = new Site(kind, prefix, number, router);
        try
        {
            await internet.ConfigureAsync(
                $"link add {LineOf(number)} type veth peer name {Outer} netns {router.Name}",
                $"address add 52.{number}.0.1/24 dev {LineOf(number)}",
                $"link set {LineOf(number)} up"
            );
            await router.ConfigureAsync(
                $"link add {Inner} type bridge",
                $"address add 52.{number}.0.2/24 dev {Outer}",
                $"address add {site.Inside}.1/24 dev {Inner}",
                $"link set {Outer} up",
                $"link set {Inner} up",
                $"route add default via 52.{number}.0.1"
            );
            await site.AddHostAsync();
            await router.ForwardAsync();
            if (!kind.Translates())
                await internet.ConfigureAsync($"route add {site.Inside}.0/24 via 52.{number}.0.2");
            if (RulesOf(kind) is { } rules)
                await router.FilterAsync(rules);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of a host in its own network.</summary>
    public string OwnAddressOf(int index) => $"{Inside}.{index + 2}";

    /// <summary>Adds a host to the network behind the router.</summary>
    public async Task<NetworkNamespace> AddHostAsync()
    {
        var index = _hosts.Count;
        var host = await NetworkNamespace.CreateAsync($"{_prefix}host{_number}-{index}");
        _hosts.Add(host);
        await _router.ConfigureAsync(
            $"link add port{index} type veth peer name eth0 netns {host.Name}",
            $"link set port{index} master {Inner} up"
        );
        await host.ConfigureAsync(
            $"address add {OwnAddressOf(index)}/24 dev eth0",
            "link set eth0 up",
            $"route add default via {Inside}.1"
        );
        return host;
    }

    /// <summary>The router's line goes down and comes back: a NAT forgets every port that it has given.</summary>
    public async Task ReconnectAsync()
    {
        // The kernel forgets later, and when many lines go down at a time not at all.
        await Until.TrueAsync(
            async () =>
            {
                await _router.ConfigureAsync($"link set {Outer} up", $"link set {Outer} down");
                return await _router.CountRememberedAsync() == 0;
            },
            "the NAT to forget its ports"
        );
        await _router.ConfigureAsync($"link set {Outer} up", $"route add default via 52.{_number}.0.1");
    }

    /// <summary>Sets the MTU of the host's own link.</summary>
    public Task SetOwnMtuAsync(int mtu) => Host.ConfigureAsync($"link set eth0 mtu {mtu}");

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await _router.DisposeAsync();
    }

    private static string LineOf(int number) => $"site{number}";

    // A packet from outside that belongs to nothing is dropped before it is remembered: a router that answered it, or kept it,
    // would not give the same port to the host's own packet to there. What is remembered is hosts' UDP alone, so that it can be seen
    // when all of it is forgotten.
    private static string? RulesOf(NatKind kind) =>
        kind == NatKind.Open
            ? null
            : $$"""
                table ip filter {
                    chain own { type filter hook input priority filter; iifname "{{Outer}}" jump outside; }
                    chain passing { type filter hook forward priority filter; iifname "{{Outer}}" jump outside; }
                    chain outside { ct state established,related accept; drop; }
                    chain multicast { type filter hook prerouting priority raw; ip protocol igmp notrack; }
                    chain ownmulticast { type filter hook output priority raw; ip protocol igmp notrack; }
                }
                {{(kind.Translates() ? TranslationOf(kind) : "")}}
                """;

    private static string TranslationOf(NatKind kind) =>
        $$"""
            table ip nat {
                chain leaving {
                    type nat hook postrouting priority srcnat;
                    oifname "{{Outer}}" masquerade {{(kind == NatKind.RandomPort ? "fully-random" : "")}}
                }
            }
            """;
}
