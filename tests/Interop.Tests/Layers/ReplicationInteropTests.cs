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

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task We_stay_on_the_fork_that_we_have_while_a_session_refuses_theirs(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var theirs = await link.Theirs.GetAsync("log");
        await theirs.FillAsync(Blocks, Size);
        var key = Bytes32.FromHex(theirs.Key);
        var refusing = await loop.RunAsync(() => link.Ours.GetAsync(key, new CoreSessionOptions { AllowFork = false }));
        var ours = await loop.RunAsync(() => link.Ours.GetAsync(key));
        await link.ConnectAsync(role);
        await link.DownloadAsync(ours, Blocks);
        var before = await link.DigestAsync(ours);

        await theirs.TruncateAsync(Blocks / 2);
        await theirs.FillAsync(Blocks, Size, seed: Blocks);
        const int Length = (Blocks / 2) + Blocks;
        await Until.TrueAsync(
            () => loop.RunAsync(() => ours.Peers is [{ Fork: 1, Length: Length }]),
            "the partner's fork to be told"
        );
        Assert.False(await link.RunAsync(() => ours.UpdateAsync()));
        Assert.Equal((0UL, (ulong)Blocks), await loop.RunAsync(() => (ours.Fork, ours.Length)));
        Assert.Equal(before, await link.DigestAsync(ours));

        await loop.RunAsync(async () => await refusing.DisposeAsync());
        await Until.TrueAsync(
            () => loop.RunAsync(() => ours is { Fork: 1, Length: Length }),
            "our core to move to the partner's fork"
        );
        await link.DownloadAsync(ours, Length);
        await AssertSameAsync(link, ours, theirs);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task They_stay_on_the_fork_that_they_have_when_they_refuse_ours(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var refused = await loop.RunAsync(() => link.Ours.GetAsync("refused"));
        var followed = await loop.RunAsync(() => link.Ours.GetAsync("followed"));
        var staying = await link.Theirs.OpenCoreAsync(refused.Key.ToHex(), allowFork: false);
        var following = await link.Theirs.OpenCoreAsync(followed.Key.ToHex());
        await link.FillAsync(refused, Blocks, Size);
        await link.FillAsync(followed, Blocks, Size);
        await link.ConnectAsync(role);
        await staying.DownloadAsync(end: Blocks);
        await following.DownloadAsync(end: Blocks);
        var before = await staying.DigestAsync();

        // Who opens it later has no say there; here the session alone that refuses counts.
        await link.Theirs.OpenCoreAsync(refused.Key.ToHex());
        await loop.RunAsync(() => refused.TruncateAsync(Blocks / 2));
        await loop.RunAsync(() => followed.TruncateAsync(Blocks / 2));
        await Until.TrueAsync(
            async () => await staying.PeersAsync() is [{ Fork: 1 }],
            "our fork to be told to the partner"
        );
        await Until.TrueAsync(
            async () => (await following.StateAsync()).Fork == 1,
            "the partner to move to the fork that it does not refuse"
        );
        await staying.UpdateAsync();
        var state = await staying.StateAsync();
        Assert.Equal((0UL, (ulong)Blocks, (ulong)Blocks), (state.Fork, state.Length, state.ContiguousLength));
        Assert.Equal(before, await staying.DigestAsync());
    }

    private static async Task AssertSameAsync(CoreLink link, Hypercore ours, JsCore theirs)
    {
        var state = await theirs.HashAsync();
        Assert.Equal((state.Length, state.Fork, state.Hash), (ours.Length, ours.Fork, ours.TreeHash.ToHex()));
        Assert.Equal((ours.Length, ours.Length), (ours.ContiguousLength, state.ContiguousLength));
        Assert.Equal(await theirs.DigestAsync(), await link.DigestAsync(ours));
    }
}
