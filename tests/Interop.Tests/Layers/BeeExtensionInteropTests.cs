using Hyper.Bee;
using Hyper.Core;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A bee that reads the other's blocks tells what it needs, and gets more than it asked for.</summary>
public sealed class BeeExtensionInteropTests(NodePartners partners)
{
    private const int Entries = 1000;

    /// <summary>What one entry takes, with room.</summary>
    private const ulong FewBlocks = 60;

    public static TheoryData<PartnerSet> Sets => [PartnerSet.CoresPinned, PartnerSet.CoresNewest];

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Our_reads_are_answered_by_JavaScript(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var theirCore = await link.Theirs.GetAsync("bee");
        var theirs = await JsBee.OpenAsync(theirCore, extension: true);
        await theirs.RunAsync([.. Puts()]);
        await link.ConnectAsync(Role.WeDial);
        await link.RunAsync(async () =>
        {
            var core = await link.Ours.GetAsync(Hyper.Encoding.Bytes32.FromHex(theirCore.Key));
            core.Reads = new GetOptions();
            await core.UpdateAsync();

            var quiet = new Hyperbee(core.OpenSession(), new HyperbeeOptions { HasExtension = false });
            Assert.Equal("0500", Text(await quiet.GetAsync(Key(500))));
            Assert.Equal(new JsBee.Messages(0, 0, 0, 0), await theirs.HeardAsync());
            Assert.InRange(core.GetInfo().StoredBlocks, 1UL, FewBlocks);

            var bee = new Hyperbee(core.OpenSession());
            Assert.Equal("0123", Text(await bee.GetAsync(Key(123))));
            await foreach (var entry in bee.GetRangeAsync())
            {
                Assert.Equal("0000", Text(entry));
                break;
            }
            // Nothing reads them any more: they come because the answer names them, all but the few that a range which has
            // begun is about to read.
            await Until.TrueAsync(
                () => Task.FromResult(core.GetInfo().StoredBlocks >= Entries - FewBlocks),
                "the blocks that JavaScript's answer names"
            );
            var heard = await theirs.HeardAsync();
            Assert.Equal((1, 1, 0), (heard.Get, heard.Iterator, heard.Cache));
        });
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task JavaScripts_reads_are_answered_by_us(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var core = await loop.RunAsync(() => link.Ours.GetAsync("bee"));
        await link.RunAsync(async () =>
        {
            var bee = new Hyperbee(core);
            for (var i = 0; i < Entries; i++)
                await bee.PutAsync(Key(i), Key(i));
        });
        await link.ConnectAsync(Role.TheyDial);
        var theirCore = await link.Theirs.OpenCoreAsync(core.Key.ToHex());
        await theirCore.UpdateAsync();
        var theirs = await JsBee.OpenAsync(theirCore, extension: true);

        Assert.Equal(Hex(123), (await theirs.GetAsync(Hex(123)))?.Key);
        await Until.TrueAsync(async () => (await theirs.HeardAsync()).Cache == 1, "our answer to JavaScript's get");
        Assert.InRange((await theirs.HeardAsync()).Blocks, 2, (int)FewBlocks);

        Assert.Equal(Hex(0), (await theirs.GetFirstAsync())?.Key);
        await Until.TrueAsync(
            async () => (await theirs.HeardAsync()).Blocks >= Entries - (int)FewBlocks,
            "our answer to JavaScript's range, which names every block"
        );
        // What is in no answer JavaScript has: where its range stood. And the header, which no read needs.
        await theirCore.FetchAsync(0);
        await Until.TrueAsync(
            async () => (await theirCore.StateAsync()).ContiguousLength == Entries + 1,
            "JavaScript to fetch what we named"
        );
    }

    private static IEnumerable<JsBee.Operation> Puts() =>
        Enumerable.Range(0, Entries).Select(i => new JsBee.Operation("put", Hex(i), Hex(i)));

    private static byte[] Key(int i) => Convert.FromHexString(Hex(i));

    private static string Hex(int i) => Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes($"{i:d4}"));

    private static string? Text(BeeEntry? entry) =>
        entry is { } found ? System.Text.Encoding.ASCII.GetString(found.Key.Span) : null;
}
