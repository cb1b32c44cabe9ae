using Hyper.Core;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Two signed histories of one core, and blocks that are not what was signed: what each side makes of the other.</summary>
public sealed class ConflictInteropTests(NodePartners partners)
{
    private const int Blocks = 50;
    private const int Size = 100;
    private const ulong Bad = 7;

    public static TheoryData<PartnerSet> Sets =>
        [PartnerSet.CoresPinned, PartnerSet.CoresNewest, PartnerSet.CoresSubnet];

    public static TheoryData<PartnerSet, bool> SetsAndOrder =>
        new()
        {
            { PartnerSet.CoresPinned, true },
            { PartnerSet.CoresPinned, false },
            { PartnerSet.CoresNewest, true },
            { PartnerSet.CoresNewest, false },
            { PartnerSet.CoresSubnet, true },
            { PartnerSet.CoresSubnet, false },
        };

    [Theory]
    [MemberData(nameof(SetsAndOrder))]
    public async Task Two_writers_of_one_key_are_found_out_by_both(PartnerSet set, bool isOursLonger)
    {
        var (longer, shorter) = (20, 10);
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner, primaryKey: default(Bytes32));
        var ours = await loop.RunAsync(() => link.Ours.GetAsync("log"));
        await link.FillAsync(ours, isOursLonger ? longer : shorter, Size);
        var named = await link.Theirs.GetAsync("log");
        Assert.Equal(ours.Key.ToHex(), named.Key);
        await named.FillAsync(isOursLonger ? shorter : longer, Size, seed: 1000);
        var theirs = await link.Theirs.OpenCoreAsync(named.Key);
        var found = new TaskCompletionSource<(ulong Length, ulong Fork)>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        await loop.RunAsync(() => ours.Conflicted += (length, fork) => found.TrySetResult((length, fork)));

        await link.ConnectAsync(Role.WeDial);

        Assert.Equal(((ulong)shorter, 0UL), await found.Task.WaitAsync(JsPartner.DefaultDeadline));
        var told = (await theirs.ExpectAsync("conflict")).Fields;
        Assert.Equal(
            ((ulong)shorter, 0UL),
            (told.GetProperty("length").GetUInt64(), told.GetProperty("fork").GetUInt64())
        );
        await Until.TrueAsync(() => loop.RunAsync(() => ours.Peers.Count == 0), "our channel to be closed");
        var error = await Assert.ThrowsAsync<HypercoreException>(() => link.RunAsync(() => ours.UpdateAsync()));
        Assert.Equal(HypercoreErrorCode.Conflict, error.Code);
        Assert.Contains(ours.Key.ToHex()[..8], error.Message, StringComparison.Ordinal);
        // Ours can be read on; theirs closes its sessions. The partner lives, and so does the connection.
        Assert.Equal(Pattern.Make(3, Size), await loop.RunAsync(async () => await ours.GetAsync(3)));
        await AssertConnectedAsync(link);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Partner_with_a_wrong_block_is_given_up_for_that_core_and_another_gives_it(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        await using var other = await CoreLink.OpenAsync(loop, partner);
        var theirs = await link.Theirs.GetAsync("log");
        await theirs.FillAsync(Blocks, Size);
        await using (await CoreLink.ConnectAsync(loop, other.Ours, link.Theirs, Role.TheyDial))
            await other.DownloadAsync(await other.OpenOursAsync(theirs), Blocks);
        await theirs.DamageAsync(Bad, Pattern.Make(1, Size));

        await link.ConnectAsync(Role.WeDial);
        var ours = await link.OpenOursAsync(theirs);
        var download = await loop.RunAsync(() => ours.Download(new DownloadRange { End = Blocks }));
        await Until.TrueAsync(
            () => loop.RunAsync(() => ours.Length == Blocks && ours.Peers.Count == 0),
            "the partner to be given up"
        );
        Assert.False(await loop.RunAsync(() => ours.Has(Bad)));
        await AssertConnectedAsync(link);

        var copy = await other.Theirs.OpenCoreAsync(theirs.Key);
        await other.ConnectAsync(Role.WeDial);
        await copy.DownloadAsync(end: Blocks);
        await using var healthy = await CoreLink.ConnectAsync(loop, link.Ours, other.Theirs, Role.WeDial);
        await download.Completion.WaitAsync(JsPartner.DefaultDeadline);
        Assert.Equal(await copy.DigestAsync(), await link.DigestAsync(ours));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Partner_that_got_a_wrong_block_of_ours_lives_and_has_it_from_another_after_a_repair(
        PartnerSet set
    )
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner, isOnDisk: true);
        var ours = await loop.RunAsync(() => link.Ours.GetAsync("log"));
        await link.FillAsync(ours, Blocks, Size);
        var key = ours.Key.ToHex();
        await using var other = await CoreLink.OpenAsync(loop, partner);
        var copy = await other.Theirs.OpenCoreAsync(key);
        await using (await CoreLink.ConnectAsync(loop, link.Ours, other.Theirs, Role.TheyDial))
            await copy.DownloadAsync(end: Blocks);
        await other.ConnectAsync(Role.WeDial);
        await other.DownloadAsync(await other.OpenOursAsync(copy), Blocks);
        await link.LendAsync(async path =>
        {
            await using var store = await JsStore.OpenAsync(partner, path);
            await (await store.OpenCoreAsync(key)).DamageAsync(Bad, Pattern.Make(1, Size));
        });
        ours = await loop.RunAsync(() => link.Ours.GetAsync(Bytes32.FromHex(key)));

        await link.ConnectAsync(Role.WeDial);
        var theirs = await link.Theirs.OpenCoreAsync(key);
        await theirs.DownloadAsync();
        await theirs.ExpectAsync("verification-error");
        // What is damaged here is forgotten, and said to be gone.
        Assert.Equal(1UL, (await link.RunAsync(() => ours.AuditAsync(repair: true))).WrongBlocks);
        await using var healthy = await CoreLink.ConnectAsync(loop, other.Ours, link.Theirs, Role.WeDial);
        await Until.TrueAsync(
            async () => (await theirs.StateAsync()).ContiguousLength == Blocks,
            "the partner to have all blocks"
        );
        Assert.Equal(await copy.DigestAsync(), await theirs.DigestAsync());
        await AssertConnectedAsync(link);
    }

    /// <summary>Another core still goes over the connection.</summary>
    private static async Task AssertConnectedAsync(CoreLink link)
    {
        var theirs = await link.Theirs.GetAsync("another");
        await theirs.FillAsync(3, Size);
        var ours = await link.OpenOursAsync(theirs);
        await link.DownloadAsync(ours, 3);
        Assert.Equal(await theirs.DigestAsync(), await link.DigestAsync(ours));
    }
}
