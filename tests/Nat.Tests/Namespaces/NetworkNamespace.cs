namespace Nat.Tests.Namespaces;

/// <summary>A network namespace of the kernel, with nothing but loopback in the beginning; removed when it is disposed.</summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private NetworkNamespace(string name) => Name = name;

    /// <summary>As <c>ip netns</c> knows it.</summary>
    public string Name { get; }

    public static async Task<NetworkNamespace> CreateAsync(string name)
    {
        await Tool.RunAsync("", "ip", "netns", "add", name);
        var made = new NetworkNamespace(name);
        try
        {
            await made.ConfigureAsync("link set lo up");
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs commands of <c>ip</c> in it, given without the word itself.</summary>
    public Task ConfigureAsync(params IReadOnlyList<string> commands) =>
        Tool.RunAsync(string.Join('\n', commands) + '\n', "ip", "-n", Name, "-batch", "-");

    /// <summary>Loads rules of nftables.</summary>
    public Task FilterAsync(string rules) => Tool.RunAsync(rules, "ip", "netns", "exec", Name, "nft", "-f", "-");

    /// <summary>Lets it pass on packets between its links.</summary>
    public Task ForwardAsync() =>
        Tool.RunAsync("", "ip", "netns", "exec", Name, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");

    /// <summary>Packets' ways that its NAT and its firewall remember.</summary>
    public async Task<int> CountRememberedAsync() =>
        int.Parse(
            await Tool.RunAsync("", "ip", "netns", "exec", Name, "cat", "/proc/sys/net/netfilter/nf_conntrack_count"),
            System.Globalization.CultureInfo.InvariantCulture
        );

    /// <summary>A counter of <c>/proc/net/snmp</c>, such as <c>FragFails</c> of <c>Ip</c>.</summary>
    public async Task<long> CountAsync(string protocol, string counter)
    {
        var text = await Tool.RunAsync("", "ip", "netns", "exec", Name, "cat", "/proc/net/snmp");
        var rows = text.Split('\n').Where(line => line.StartsWith($"{protocol}:", StringComparison.Ordinal));
        var cells = rows.Select(line => line.Split(' ')).ToArray();
        return long.Parse(
            cells[1][Array.IndexOf(cells[0], counter)],
            System.Globalization.CultureInfo.InvariantCulture
        );
    }

    public async ValueTask DisposeAsync() => await Tool.RunAsync("", "ip", "netns", "del", Name);
}
