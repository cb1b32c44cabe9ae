using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A swarm of ours and a partner's through cuts, sleep, death and bans.</summary>
public sealed class SwarmLifeInteropTests(NodePartners partners)
{
    private const int Crossings = 5;

    private static readonly string Topic = Seeds.Of(0x77);

    public enum Cutter
    {
        Ours,
        Theirs,
        Both,
    }

    public static TheoryData<PartnerSet, bool, Cutter> Cuts
    {
        get
        {
            var data = new TheoryData<PartnerSet, bool, Cutter>();
            foreach (var set in (PartnerSet[])[PartnerSet.Pinned, PartnerSet.Newest])
            {
                foreach (var cutter in Enum.GetValues<Cutter>())
                {
                    data.Add(set, true, cutter);
                    data.Add(set, false, cutter);
                }
            }
            return data;
        }
    }

    // One right after the other: more than JavaScript mends by itself without waiting ever longer.
    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Five_cuts_in_a_row_are_mended(PartnerSet set, bool isOurKeyFirst, Cutter cutter)
    {
        var (ourSeed, theirSeed) = isOurKeyFirst ? (Seeds.A, Seeds.B) : (Seeds.B, Seeds.A);
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var ours = await OurMeshPeer.StartAsync(loop, network.Bootstrap, ourSeed);
        var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, theirSeed);
        await ours.JoinAsync(Topic);
        await theirs.JoinAsync(Topic);
        long heardAt = 0;
        for (var cut = 0; cut <= 5; cut++)
        {
            var before = heardAt;
            await Until.TrueAsync(
                async () => (heardAt = (await ours.HeardAsync()).GetValueOrDefault(theirs.PublicKey)) > before,
                $"the connection after {cut} cuts"
            );
            if (cutter != Cutter.Theirs)
                await ours.CutAsync([theirs.PublicKey]);
            if (cutter != Cutter.Ours)
                await theirs.CutAsync([ours.PublicKey]);
        }
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Swarm_that_slept_is_connected_again(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partner);
        await using var ours = await OurMeshPeer.StartAsync(loop, network.Bootstrap, Seeds.A);
        var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.B);
        await ours.JoinAsync(Topic);
        await theirs.JoinAsync(Topic);
        for (var night = 0; night < 2; night++)
        {
            await HeardAsync(ours, theirs);
            await (role == Role.WeDial ? ours.SuspendAsync() : theirs.SuspendAsync());
            await Until.TrueAsync(
                async () => (await ours.ConnectedAsync()).Count == 0 && (await theirs.ConnectedAsync()).Count == 0,
                "both sides to notice that one sleeps"
            );
            await (role == Role.WeDial ? ours.ResumeAsync() : theirs.ResumeAsync());
        }
        await HeardAsync(ours, theirs);
    }

    // Killed, it takes leave of nobody; its successor connects before the old connection is known to be dead.
    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Peer_that_was_killed_and_came_back_replaces_its_old_connection(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var keeper = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, keeper);
        await using var ours = await OurMeshPeer.StartAsync(loop, network.Bootstrap, Seeds.A);
        await ours.JoinAsync(Topic);
        long first;
        await using (var mortal = await partners.StartAsync(set))
        {
            var before = await JsSwarm.StartAsync(mortal, network.Bootstrap, StreamMode.Echo, Seeds.B);
            await before.JoinAsync(Topic);
            await HeardAsync(ours, before);
            first = (await ours.HeardAsync())[before.PublicKey];
            await mortal.KillAsync();
        }
        await using var successor = await partners.StartAsync(set);
        var again = await JsSwarm.StartAsync(successor, network.Bootstrap, StreamMode.Echo, Seeds.B);
        await again.JoinAsync(Topic);
        await Until.TrueAsync(
            async () => (await ours.HeardAsync()).GetValueOrDefault(again.PublicKey) > first,
            "a connection with the successor"
        );
        Assert.Equal([again.PublicKey], await ours.ConnectedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Banned_peer_is_disconnected_and_stays_out(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var ours = await OurMeshPeer.StartAsync(loop, network.Bootstrap, Seeds.A);
        var unwanted = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.B);
        var wanted = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.C);
        await ours.JoinAsync(Topic);
        await unwanted.JoinAsync(Topic);
        await HeardAsync(ours, unwanted);
        await ours.BanPeerAsync(unwanted.PublicKey);
        await Until.TrueAsync(async () => (await unwanted.ConnectedAsync()).Count == 0, "the banned peer to be alone");
        // What it does next to get in, asked for by key and by topic, is over when its flush is.
        await unwanted.JoinPeerAsync(ours.PublicKey);
        await wanted.JoinAsync(Topic);
        await HeardAsync(ours, wanted);
        await unwanted.FlushAsync();
        Assert.Equal([wanted.PublicKey], await ours.ConnectedAsync());
        Assert.DoesNotContain(ours.PublicKey, await unwanted.ConnectedAsync());
    }

    // By key, from both sides in one instant, again and again: one connection, dialled by the larger key.
    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Crossing_dials_by_key_leave_the_one_of_the_larger_key(PartnerSet set, Role role)
    {
        var (ourSeed, theirSeed) = role == Role.WeDial ? (Seeds.A, Seeds.B) : (Seeds.B, Seeds.A);
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        var crossings = 0;
        for (var round = 0; crossings < Crossings; round++)
        {
            Assert.True(round < 10 * Crossings, $"Only {crossings} of {round} pairs of dials have crossed.");
            await using var ours = await OurMeshPeer.StartAsync(loop, network.Bootstrap, ourSeed);
            var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, theirSeed);
            await Task.WhenAll(ours.ListenAsync(), theirs.ListenAsync());
            await Task.WhenAll(theirs.JoinPeerAsync(ours.PublicKey), ours.JoinPeerAsync(theirs.PublicKey));
            await HeardAsync(ours, theirs);
            await Until.TrueAsync(
                async () =>
                    (await ours.ConnectedAsync()).SequenceEqual([theirs.PublicKey])
                    && (await theirs.ConnectedAsync()).SequenceEqual([ours.PublicKey]),
                "one connection on each side"
            );
            // Whoever was connected before it had begun to dial did not dial.
            if ((await ours.DialsAsync(), await theirs.DialsAsync()) == (1, 1))
            {
                crossings++;
                var isOursLarger = string.CompareOrdinal(ours.PublicKey, theirs.PublicKey) > 0;
                Assert.Equal(isOursLarger, await ours.HasDialledAsync(theirs.PublicKey));
            }
            await theirs.DestroyAsync();
        }
    }

    private static Task HeardAsync(OurMeshPeer ours, JsSwarm theirs) =>
        Until.TrueAsync(
            async () => (await ours.HeardAsync()).ContainsKey(theirs.PublicKey),
            "a connection over which something was heard"
        );
}
