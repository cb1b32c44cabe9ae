using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>What one side stores the other finds, whoever's nodes keep it.</summary>
public sealed class DhtRecordsInteropTests(NodePartners partners)
{
    private static readonly string Topic = Seeds.Of(0x77);

    public static TheoryData<PartnerSet, NetworkOwner> Networks => HyperDhtInteropTests.Networks;

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Announce_of_each_side_is_looked_up_and_taken_back_by_the_other(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var ours = await OurNode.StartAsync(loop, network.Bootstrap);
        var theirs = await JsNode.StartAsync(partner, network.Bootstrap);
        using var ourKey = Keys.Of(Seeds.A);
        using var theirKey = Keys.Of(Seeds.B);

        Assert.NotEqual(0, await ours.AnnounceAsync(Topic, Seeds.A));
        await theirs.AnnounceAsync(Topic, Seeds.B);
        var both = new HashSet<string> { ourKey.PublicKey.ToHex(), theirKey.PublicKey.ToHex() };
        Assert.Equal(both, await ours.LookupAsync(Topic));
        Assert.Equal(both, await theirs.LookupAsync(Topic));

        await ours.UnannounceAsync(Topic, Seeds.A);
        Assert.Equal([theirKey.PublicKey.ToHex()], await theirs.LookupAsync(Topic));
        await theirs.UnannounceAsync(Topic, Seeds.B);
        Assert.Empty(await ours.LookupAsync(Topic));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Values_put_by_each_side_are_got_by_the_other(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var ours = await OurNode.StartAsync(loop, network.Bootstrap);
        var theirs = await JsNode.StartAsync(partner, network.Bootstrap);

        var ourValue = Pattern.Make(1, 1000);
        Assert.Equal(ourValue, await theirs.GetImmutableAsync(await ours.PutImmutableAsync(ourValue)));
        Assert.Equal([4, 5], await ours.GetImmutableAsync(await theirs.PutImmutableAsync([4, 5])));
        Assert.Null(await ours.GetImmutableAsync(Seeds.Of(9)));
        Assert.Null(await theirs.GetImmutableAsync(Seeds.Of(9)));

        var key = await ours.PutMutableAsync(Seeds.C, [1], seq: 1);
        Assert.Equal((1, (byte)1), Single(await theirs.GetMutableAsync(key)));
        Assert.Equal(key, await theirs.PutMutableAsync(Seeds.C, [2], seq: 2));
        var found = await ours.GetMutableAsync(key);
        Assert.Equal(2UL, found?.Seq);
        Assert.Equal([2], found?.Value.ToArray());
        // An older one does not replace it.
        await ours.PutMutableAsync(Seeds.C, [3], seq: 1);
        Assert.Equal((2, (byte)2), Single(await theirs.GetMutableAsync(key)));
    }

    private static (long Seq, byte Value) Single((long Seq, byte[] Value)? found)
    {
        Assert.NotNull(found);
        return (found.Value.Seq, Assert.Single(found.Value.Value));
    }
}
