namespace Nat.Tests.Namespaces;

/// <summary>A host behind a router of its own, both of them namespaces, at the end of a line to the internet.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const string Outer = "wan";
    private const string Inner = "lan";

    private readonly NetworkNamespace _router;

    private Site(NatKind kind, int number, NetworkNamespace router, NetworkNamespace host)
    {
        Kind = kind;
        _router = router;
        Host = host;
        Line = LineOf(number);
        PublicHost = kind.Translates() ? $"52.{number}.0.2" : $"63.{number}.0.2";
    }

    public NatKind Kind { get; }

    /// <summary>Where the peer lives.</summary>
    public NetworkNamespace Host { get; }

    /// <summary>The address that others see.</summary>
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
        NetworkNamespace? host = null;
        try
        {
            host = await NetworkNamespace.CreateAsync($"{prefix}host{number}");
            var inside = kind.Translates() ? $"192.168.{number}" : $"63.{number}.0";
            await internet.ConfigureAsync(
                $"link add {LineOf(number)} type veth peer name {Outer} netns {router.Name}",
                $"address add 52.{number}.0.1/24 dev {LineOf(number)}",
                $"link set {LineOf(number)} up"
            );
            await router.ConfigureAsync(
                $"link add {Inner} type veth peer name eth0 netns {host.Name}",
                $"address add 52.{number}.0.2/24 dev {Outer}",
                $"address add {inside}.1/24 dev {Inner}",
                $"link set {Outer} up",
                $"link set {Inner} up",
                $"route add default via 52.{number}.0.1"
            );
            await host.ConfigureAsync(
                $"address add {inside}.2/24 dev eth0",
                "link set eth0 up",
                $"route add default via {inside}.1"
            );
            await router.ForwardAsync();
            if (!kind.Translates())
                await internet.ConfigureAsync($"route add {inside}.0/24 via 52.{number}.0.2");
            if (RulesOf(kind) is { } rules)
                await router.FilterAsync(rules);
            return new Site(kind, number, router, host);
        }
        catch
        {
            await router.DisposeAsync();
            if (host is not null)
                await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sets the MTU of the host's own link.</summary>
    public Task SetOwnMtuAsync(int mtu) => Host.ConfigureAsync($"link set eth0 mtu {mtu}");

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _router.DisposeAsync();
    }

    private static string LineOf(int number) => $"site{number}";

    // A packet from outside that belongs to nothing is dropped before it is remembered: a router that answered it, or kept it,
    // would not give the same port to the host's own packet to there.
    private static string? RulesOf(NatKind kind) =>
        kind == NatKind.Open
            ? null
            : $$"""
                table ip filter {
                    chain own { type filter hook input priority filter; iifname "{{Outer}}" jump outside; }
                    chain passing { type filter hook forward priority filter; iifname "{{Outer}}" jump outside; }
                    chain outside { ct state established,related accept; drop; }
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
