using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Our swarm and a partner's on one topic.</summary>
public sealed class HyperswarmInteropTests(NodePartners partners)
{
    private static readonly string Topic = Seeds.Of(0x88);

    public static TheoryData<PartnerSet, NetworkOwner, bool> JoinOrders
    {
        get
        {
            var data = new TheoryData<PartnerSet, NetworkOwner, bool>();
            foreach (var row in HyperDhtInteropTests.Networks)
            {
                data.Add(row.Data.Item1, row.Data.Item2, true);
                data.Add(row.Data.Item1, row.Data.Item2, false);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(JoinOrders))]
    public async Task Swarms_find_each_other_whoever_joins_first(PartnerSet set, NetworkOwner owner, bool oursFirst)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var ours = await OurSwarm.StartAsync(loop, network.Bootstrap, Seeds.A);
        var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.B);
        if (oursFirst)
            await ours.JoinAsync(Topic);
        await theirs.JoinAsync(Topic);
        if (!oursFirst)
            await ours.JoinAsync(Topic);

        using var connection = await ours.ConnectionAsync();
        Assert.Equal(theirs.PublicKey, connection.RemotePublicKey);
        Assert.Equal(ours.PublicKey, (await theirs.ConnectionAsync()).RemotePublicKey);
        await AssertEchoesAsync(connection);
        Assert.Equal([theirs.PublicKey], await ours.ConnectedAsync());
        Assert.Equal([ours.PublicKey], await theirs.ConnectedAsync());

        await theirs.DestroyAsync();
        await connection.Stream.ClosedAsync();
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Server_alone_is_found_by_client_alone(PartnerSet set, Role role)
    {
        var weDial = role == Role.WeDial;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partner);
        await using var ours = await OurSwarm.StartAsync(loop, network.Bootstrap, Seeds.A);
        var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.B);
        if (weDial)
            await theirs.JoinAsync(Topic, client: false);
        await ours.JoinAsync(Topic, server: !weDial, client: weDial);
        if (!weDial)
            await theirs.JoinAsync(Topic, server: false);

        using var connection = await ours.ConnectionAsync();
        Assert.Equal(weDial, connection.Secret.IsInitiator);
        await AssertEchoesAsync(connection);
    }

    // Both announce and dial: whichever key is the larger, one connection stays, the same on both sides.
    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Crossing_dials_leave_one_connection(PartnerSet set, Role role)
    {
        var (ourSeed, theirSeed) = role == Role.WeDial ? (Seeds.A, Seeds.B) : (Seeds.B, Seeds.A);
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        for (byte round = 0; round < 5; round++)
        {
            var topic = Seeds.Of(round);
            await using var ours = await OurSwarm.StartAsync(loop, network.Bootstrap, ourSeed);
            var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, theirSeed);
            // Both are announced before either looks: then both dial at once.
            await Task.WhenAll(ours.JoinAsync(topic, client: false), theirs.JoinAsync(topic, client: false));
            await Task.WhenAll(ours.JoinAsync(topic), theirs.JoinAsync(topic));
            OurConnection? kept = null;
            await Until.TrueAsync(
                async () =>
                    (await ours.ConnectedAsync()).SequenceEqual([theirs.PublicKey])
                    && (await theirs.ConnectedAsync()).SequenceEqual([ours.PublicKey]),
                "one connection on each side"
            );
            do
            {
                kept?.Dispose();
                kept = await ours.ConnectionAsync();
            } while (kept.Secret.IsClosed);
            await AssertEchoesAsync(kept);
            Assert.Equal([theirs.PublicKey], await ours.ConnectedAsync());
            Assert.Equal([ours.PublicKey], await theirs.ConnectedAsync());
            kept.Dispose();
            await theirs.DestroyAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Peer_joined_by_key_is_connected_without_a_topic(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partner);
        await using var ours = await OurSwarm.StartAsync(loop, network.Bootstrap, Seeds.A);
        var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.B);
        if (role == Role.WeDial)
        {
            // A topic of its own makes it listen.
            await theirs.JoinAsync(Seeds.Of(1), client: false);
            await ours.JoinPeerAsync(theirs.PublicKey);
        }
        else
        {
            await ours.JoinAsync(Seeds.Of(1), client: false);
            await theirs.JoinPeerAsync(ours.PublicKey);
        }
        using var connection = await ours.ConnectionAsync();
        await AssertEchoesAsync(connection);
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Dropped_connection_is_made_again_by_the_side_that_dialled(PartnerSet set, Role role)
    {
        var weDial = role == Role.WeDial;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var ours = await OurSwarm.StartAsync(loop, network.Bootstrap, Seeds.A);
        var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.B);
        if (weDial)
            await theirs.JoinAsync(Topic, client: false);
        await ours.JoinAsync(Topic, server: !weDial, client: weDial);
        if (!weDial)
            await theirs.JoinAsync(Topic, server: false);
        using var first = await ours.ConnectionAsync();
        await AssertEchoesAsync(first);
        var there = await theirs.ConnectionAsync();
        await there.Stream.DestroyAsync();
        await first.Stream.ClosedAsync();
        using var second = await ours.ConnectionAsync();
        Assert.Equal(weDial, second.Secret.IsInitiator);
        await AssertEchoesAsync(second);
    }

    [Fact]
    public async Task Three_makes_on_one_topic_become_a_full_mesh()
    {
        await using var loop = new OurLoop();
        await using var pinned = await partners.StartAsync(PartnerSet.Pinned);
        await using var newest = await partners.StartAsync(PartnerSet.Newest);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, pinned);
        await using var ours = await OurSwarm.StartAsync(loop, network.Bootstrap, Seeds.A);
        var older = await JsSwarm.StartAsync(pinned, network.Bootstrap, seed: Seeds.B);
        var newer = await JsSwarm.StartAsync(newest, network.Bootstrap, seed: Seeds.C);
        await ours.JoinAsync(Topic);
        await older.JoinAsync(Topic);
        await newer.JoinAsync(Topic);
        await Until.TrueAsync(
            async () =>
                (await ours.ConnectedAsync()).ToHashSet().SetEquals([older.PublicKey, newer.PublicKey])
                && (await older.ConnectedAsync()).ToHashSet().SetEquals([ours.PublicKey, newer.PublicKey])
                && (await newer.ConnectedAsync()).ToHashSet().SetEquals([ours.PublicKey, older.PublicKey]),
            "each to be connected to both others"
        );
    }

    private static async Task AssertEchoesAsync(OurConnection connection)
    {
        await connection.Stream.WriteAsync([1, 2, 3]);
        Assert.Equal(3, (await connection.Stream.WaitAsync(bytes: 3)).Bytes);
    }
}
