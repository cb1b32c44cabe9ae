using Hyper.Dht;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A DHT of six nodes on loopback, all of one make.</summary>
internal sealed class DhtNetwork : IAsyncDisposable
{
    private const int Size = 6;

    private readonly HyperDhtTestnet? _ours;

    private DhtNetwork(HyperDhtTestnet? ours, IReadOnlyList<JsAddress> bootstrap)
    {
        _ours = ours;
        Bootstrap = bootstrap;
    }

    /// <summary>Where a node joins it.</summary>
    public IReadOnlyList<JsAddress> Bootstrap { get; }

    public static async Task<DhtNetwork> StartAsync(NetworkOwner owner, OurLoop loop, JsPartner partner)
    {
        if (owner == NetworkOwner.Theirs)
            return new DhtNetwork(null, (await JsTestnet.StartAsync(partner, Size)).Bootstrap);
        var testnet = await loop.RunAsync(() => HyperDhtTestnet.CreateAsync(loop.Loop, Size));
        return new DhtNetwork(testnet, [.. testnet.Bootstrap.Select(address => address.ToJs())]);
    }

    public ValueTask DisposeAsync() => _ours?.DisposeAsync() ?? ValueTask.CompletedTask;
}
