using System.Globalization;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>Ten peers on one topic, five of each make, whose links are cut.</summary>
public sealed class SwarmMeshInteropTests(NodePartners partners, ITestOutputHelper output)
{
    private const int OfEachMake = 5;

    /// <summary>Longer than what JavaScript takes for a long life of a connection, which resets its retries.</summary>
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromSeconds(16);

    /// <summary>Within this much every link with one of ours is to stand again, on a machine of two busy cores.</summary>
    private const double MostMilliseconds = 5000;

    // One round of cuts by default; five in the nightly run.
    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public async Task Every_cut_link_of_ten_peers_stands_again(PartnerSet set)
    {
        var rounds = FuzzBudget.Rounds(usually: 1, atMost: 5);
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var owner = set == PartnerSet.Pinned ? NetworkOwner.Theirs : NetworkOwner.Ours;
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var mesh = await SwarmMesh.StartAsync(loop, partner, network.Bootstrap, Seeds.Of(0x99), OfEachMake);
        await mesh.FullAsync();
        List<double> times = [];
        for (var round = 0; round < rounds; round++)
        {
            await mesh.AgedAsync(BetweenCuts);
            var cut = await mesh.CutAllAsync(round);
            await mesh.MendedAsync(cut);
            times.AddRange(await mesh.TimesSinceAsync(cut));
        }
        times.Sort();
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"measured={times.Count} ends of cut links back after {times[times.Count / 2]:F0} ms (median), {times[times.Count * 95 / 100]:F0} ms (95 %), {times[^1]:F0} ms (worst)"
            )
        );
        if (rounds > 1)
            Assert.InRange(times[^1], 0, MostMilliseconds);
    }
}
