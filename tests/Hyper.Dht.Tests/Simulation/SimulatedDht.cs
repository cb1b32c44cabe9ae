using System.Net;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Simulation;

/// <summary>A DHT of persistent nodes, each on a host of its own, and peers beside it.</summary>
internal sealed class SimulatedDht(int seed)
{
    private readonly List<HyperDht> _nodes = [];
    private int _hosts;

    public SimulatedWorld World { get; } = new(seed);

    public StatefulFirewall Firewall { get; } = new();

    public IReadOnlyList<HyperDht> Nodes => _nodes;

    public UdpAddress Bootstrap { get; private set; }

    /// <summary>Runs a test in a DHT of <paramref name="nodes"/> nodes.</summary>
    public static void Run(int nodes, Func<SimulatedDht, Task> body, int seed = 1, TimeSpan? deadline = null)
    {
        var dht = new SimulatedDht(seed);
        dht.World.Drop = dht.Firewall.Drops;
        dht.World.Run(
            async () =>
            {
                await dht.StartAsync(nodes);
                await body(dht);
            },
            deadline
        );
    }

    public async Task StartAsync(int nodes)
    {
        Bootstrap = new UdpAddress(IPAddress.Parse("10.0.0.1"), HyperDhtOptions.DefaultPort);
        for (var i = 0; i < nodes; i++)
        {
            var node = CreateNode(
                new HyperDhtOptions
                {
                    Ephemeral = false,
                    Firewalled = false,
                    Bootstrap = i == 0 ? [] : [Bootstrap],
                    PublicAddress = i == 0 ? Bootstrap : null,
                }
            );
            _nodes.Add(node);
            await node.FullyBootstrappedAsync();
        }
    }

    /// <summary>A peer that stores nothing; firewalled ones are on a host of the <see cref="Firewall"/>.</summary>
    public async Task<HyperDht> CreatePeerAsync(bool isFirewalled = false, HyperDhtOptions? options = null)
    {
        options = (options ?? new HyperDhtOptions()) with
        {
            Ephemeral = true,
            Firewalled = isFirewalled ? null : false,
            Bootstrap = [Bootstrap],
        };
        var peer = CreateNode(options, isFirewalled);
        await peer.FullyBootstrappedAsync();
        return peer;
    }

    private HyperDht CreateNode(HyperDhtOptions options, bool isFirewalled = false)
    {
        var host = World.CreateHost($"10.0.{_hosts / 250}.{(_hosts++ % 250) + 1}");
        if (isFirewalled)
            Firewall.Protect(host.Address);
        return HyperDht.Create(host, options with { LocalHosts = () => [host.Address] });
    }
}
