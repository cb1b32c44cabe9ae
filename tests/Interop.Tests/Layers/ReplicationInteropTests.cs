using Hyper.Core;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Cores replicated between us and the JavaScript versions over TCP, each side in each part.</summary>
public sealed class ReplicationInteropTests(NodePartners partners)
{
    private const int Blocks = 777;

    private const int Size = 100;

    public static TheoryData<PartnerSet, Role> Sets
    {
        get
        {
            var data = new TheoryData<PartnerSet, Role>();
            foreach (var set in (PartnerSet[])[PartnerSet.CoresPinned, PartnerSet.CoresNewest, PartnerSet.CoresSubnet])
            {
                data.Add(set, Role.WeDial);
                data.Add(set, Role.TheyDial);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task We_download_all_of_theirs_and_follow_it(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var theirs = await link.Theirs.GetAsync("log");
        await theirs.FillAsync(Blocks, Size);
        await link.ConnectAsync(role);
        var ours = await link.OpenOursAsync(theirs);
        await link.DownloadAsync(ours, Blocks);
        await AssertSameAsync(link, ours, theirs);

        await link.RunAsync(() => Task.FromResult(ours.Download()));
        for (var i = 0; i < 20; i++)
        {
            await theirs.FillAsync(1, Size, seed: Blocks + i);
            var block = await link.RunAsync(() => ours.GetAsync((ulong)(Blocks + i), new GetOptions()).AsTask());
            Assert.Equal(Pattern.Make(Blocks + i, Size), block);
        }
        await AssertSameAsync(link, ours, theirs);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task They_download_all_of_ours_and_follow_it(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var ours = await loop.RunAsync(() => link.Ours.GetAsync("log"));
        await link.FillAsync(ours, Blocks, Size);
        await link.ConnectAsync(role);
        var theirs = await link.Theirs.OpenCoreAsync(ours.Key.ToHex());
        await theirs.DownloadAsync(end: Blocks);
        await AssertSameAsync(link, ours, theirs);

        await theirs.DownloadAsync();
        for (var i = 0; i < 20; i++)
        {
            await link.FillAsync(ours, 1, Size, seed: Blocks + i);
            Assert.Equal(Pattern.Make(Blocks + i, Size), await theirs.FetchAsync((ulong)(Blocks + i)));
        }
        await Until.TrueAsync(
            async () => (await theirs.StateAsync()).ContiguousLength == Blocks + 20,
            "the partner to have all blocks"
        );
        await AssertSameAsync(link, ours, theirs);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task They_are_told_of_a_block_that_is_lost_here_and_get_the_others(PartnerSet set, Role role)
    {
        const int Few = 20;
        const int Lost = 7;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner, isOnDisk: true);
        var key = await link.RunAsync(async () =>
        {
            await using var core = await link.Ours.GetAsync("log");
            return core.Key;
        });
        await link.RunAsync(async () =>
        {
            await using var core = await link.Ours.GetAsync("log");
            for (var i = 0; i < Few; i++)
                await core.AppendAsync(Pattern.Make(i, Size));
        });
        await link.LendAsync(async folder =>
        {
            await using var store = await JsStore.OpenAsync(partner, folder);
            await (await store.OpenCoreAsync(key.ToHex())).DamageAsync(Lost, value: null);
        });
        var ours = await link.RunAsync(() => link.Ours.GetAsync(key));
        var damage = new List<HypercoreException>();
        await link.RunAsync(() =>
        {
            ours.Damaged += damage.Add;
            return Task.CompletedTask;
        });
        await link.ConnectAsync(role);
        var theirs = await link.Theirs.OpenCoreAsync(key.ToHex());
        await theirs.FollowAsync();
        for (var i = 0; i < Few; i++)
        {
            if (i != Lost)
                Assert.Equal(Pattern.Make(i, Size), await theirs.FetchAsync((ulong)i));
        }
        await Until.TrueAsync(
            () => link.RunAsync(() => Task.FromResult(damage.Count > 0)),
            "the partner to ask for the lost block"
        );
        // The channel goes on, and the lost block does not come in the way of what is appended.
        await link.FillAsync(ours, 1, Size, seed: Few);
        Assert.Equal(Pattern.Make(Few, Size), await theirs.FetchAsync(Few));
        var state = await theirs.StateAsync();
        Assert.Equal((Few + 1UL, (ulong)Lost, 1), (state.Length, state.ContiguousLength, state.Peers));
        var error = await link.RunAsync(() => Task.FromResult(Assert.Single(damage)));
        Assert.StartsWith($"STORAGE_CORRUPT: Block {Lost} of core {key}", error.Message);
    }

    private static async Task AssertSameAsync(CoreLink link, Hypercore ours, JsCore theirs)
    {
        var state = await theirs.HashAsync();
        Assert.Equal((state.Length, state.Fork, state.Hash), (ours.Length, ours.Fork, ours.TreeHash.ToHex()));
        Assert.Equal((ours.Length, ours.Length), (ours.ContiguousLength, state.ContiguousLength));
        Assert.Equal(await theirs.DigestAsync(), await link.DigestAsync(ours));
    }
}
