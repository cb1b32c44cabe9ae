using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A channel that nobody downloads over is closed, and opened again when somebody does.</summary>
public sealed class IdleCoreInteropTests(NodePartners partners)
{
    private const int Blocks = 10;
    private const int Size = 100;

    public static TheoryData<PartnerSet, Role> Sets =>
        new()
        {
            { PartnerSet.CoresPinned, Role.WeDial },
            { PartnerSet.CoresNewest, Role.TheyDial },
            { PartnerSet.CoresSubnet, Role.WeDial },
        };

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Core_that_nobody_uses_loses_its_channel_and_gets_it_back(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner, isOnDisk: true);
        var ours = await loop.RunAsync(() => link.Ours.GetAsync("log"));
        await link.FillAsync(ours, Blocks, Size);
        var key = ours.Key.ToHex();
        // Opened again the core has no session, and had none before: it wants nothing.
        await link.LendAsync(_ => Task.CompletedTask);
        var watcher = await link.Theirs.OpenCoreAsync(key, idle: true);
        await link.ConnectAsync(role);

        for (var i = 0; i < 3; i++)
        {
            var reader = await link.Theirs.OpenCoreAsync(key);
            Assert.Equal(Pattern.Make(i, Size), await reader.FetchAsync((ulong)i));
            Assert.Equal(1, (await watcher.StateAsync()).Peers);
            await reader.CloseAsync();
            await Until.TrueAsync(
                async () => (await watcher.StateAsync()).Peers == 0,
                $"the channel to be closed, time {i}"
            );
        }
        // The one that closed last was theirs; now ours wants something.
        await loop.RunAsync(async () =>
        {
            await using var writer = await link.Ours.GetAsync("log");
            await writer.AppendAsync(Pattern.Make(Blocks, Size));
        });
        await Until.TrueAsync(
            async () => (await watcher.StateAsync()).Length == Blocks + 1,
            "the partner to hear of a block that was appended here"
        );
    }
}
