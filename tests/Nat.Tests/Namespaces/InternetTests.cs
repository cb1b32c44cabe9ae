using System.Diagnostics;
using Nat.Tests.Matrix;
using TestKit.Partners;

namespace Nat.Tests.Namespaces;

/// <summary>That the laboratory is what it says: each kind of NAT as it is defined, and nothing left behind.</summary>
public sealed class InternetTests(NodePartners partners, InternetFactory internets)
{
    [Theory]
    [InlineData(NatKind.Open)]
    [InlineData(NatKind.Firewall)]
    [InlineData(NatKind.PortKeeping)]
    [InlineData(NatKind.RandomPort)]
    public async Task Kind_is_what_it_says(NatKind kind)
    {
        await using var lab = await NatLab.StartAsync(partners, internets, Make.Ours, withRelay: false);
        var (site, node) = await lab.AddPeerAsync(Make.Ours, kind);
        var seen = new HashSet<PartnerAddress>();
        foreach (var server in lab.Servers)
            seen.Add(await node.PingAsync(server));

        Assert.All(seen, address => Assert.Equal(site.PublicHost, address.Host));
        if (kind == NatKind.RandomPort)
            Assert.True(seen.Count > lab.Servers.Count / 2, string.Join(", ", seen));
        else
            Assert.Single(seen);
        // It came last, so that nobody has had a reason to send to it.
        var stranger = await lab.AddServerAsync();
        if (kind == NatKind.Open)
            Assert.Equal(Internet.RelayHost, (await stranger.PingAsync(seen.First())).Host);
        else
            await Assert.ThrowsAsync<PartnerException>(() => stranger.PingAsync(seen.First()));
        // What a stranger is refused, it is given once the host has sent to it, at the port that it saw.
        var shown = await node.PingAsync(stranger.Address);
        Assert.Equal(Internet.RelayHost, (await stranger.PingAsync(shown)).Host);
    }

    [Fact]
    public async Task Dispose_leaves_nothing()
    {
        var internet = await internets.CreateAsync();
        await using (internet)
        {
            await internet.AddSiteAsync(NatKind.RandomPort);
            Assert.Contains(internet.Core.Name, await ListAsync());
        }
        Assert.DoesNotContain(internet.Core.Name[..^"core".Length], await ListAsync());
    }

    [Fact]
    public async Task Sweep_removes_what_a_dead_process_has_left_and_nothing_else()
    {
        await using var living = await internets.CreateAsync();
        using var dead = Process.Start("true");
        await dead.WaitForExitAsync(TestContext.Current.CancellationToken);
        var left = await NetworkNamespace.CreateAsync(InternetFactory.NameOf(dead.Id, "1-core"));
        await InternetFactory.SweepAsync();
        var names = await ListAsync();
        Assert.DoesNotContain(left.Name, names);
        Assert.Contains(living.Core.Name, names);
    }

    private static Task<string> ListAsync() => Tool.RunAsync("", "ip", "netns", "list");
}
