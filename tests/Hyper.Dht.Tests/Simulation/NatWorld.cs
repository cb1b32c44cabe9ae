using System.Net;
using TestKit;

namespace Hyper.Dht.Tests.Simulation;

/// <summary>
/// A DHT on public hosts, and peers behind NATs. A datagram with a short life leaves its network and no more.
/// </summary>
internal sealed class NatWorld(SimulatedDht dht)
{
    private int _nats;

    public SimulatedDht Dht => dht;

    public SimulatedWorld World => dht.World;

    /// <summary>Runs a test with a DHT of twelve nodes.</summary>
    public static void Run(Func<NatWorld, Task> body, int seed = 1, TimeSpan? deadline = null) =>
        SimulatedDht.Run(
            12,
            async dht =>
            {
                dht.World.Conditions = new LinkConditions { Delay = TimeSpan.FromMilliseconds(20), Hops = 8 };
                await body(new NatWorld(dht));
            },
            seed,
            deadline
        );

    public SimulatedNat CreateNat(NatBehaviour behaviour) => World.CreateNat($"20.0.0.{++_nats}", behaviour);

    /// <summary>A peer behind a NAT; null for one with a public address and an open port.</summary>
    public async Task<HyperDht> CreatePeerAsync(
        NatBehaviour? behaviour,
        Func<HyperDhtOptions, HyperDhtOptions>? configure = null
    )
    {
        if (behaviour is null)
            return await dht.CreatePeerAsync(isFirewalled: false, configure?.Invoke(new HyperDhtOptions()));
        return await CreatePeerAsync(CreateNat(behaviour), "192.168.1.2", configure);
    }

    /// <summary>A peer with this address behind this NAT.</summary>
    public async Task<HyperDht> CreatePeerAsync(
        SimulatedNat nat,
        string address,
        Func<HyperDhtOptions, HyperDhtOptions>? configure = null
    )
    {
        var options = new HyperDhtOptions { Ephemeral = true, Bootstrap = [dht.Bootstrap] };
        if (configure is not null)
            options = configure(options);
        options = options with { LocalHosts = () => [IPAddress.Parse(address)] };
        var peer = HyperDht.Create(nat.CreateHost(address), options);
        await peer.FullyBootstrappedAsync();
        // What a NAT does shows only after some answers.
        for (var i = 0; i < 20 && peer.Rpc.NatAddress is null; i++)
            await World.Delay(TimeSpan.FromSeconds(1));
        return peer;
    }
}
