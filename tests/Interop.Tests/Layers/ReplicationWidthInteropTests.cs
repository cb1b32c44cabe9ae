using Hyper.Core;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Swarm;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>Parts of cores, forks, bytes, extensions, encrypted cores and many cores, between us and the JavaScript versions.</summary>
public sealed class ReplicationWidthInteropTests(NodePartners partners)
{
    private const int Blocks = 500;

    private const int Size = 70;

    private static readonly string _topic = Seeds.Of(0x99);

    public static TheoryData<PartnerSet> Sets =>
        [PartnerSet.CoresPinned, PartnerSet.CoresNewest, PartnerSet.CoresSubnet];

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Single_blocks_and_bytes_are_found_on_both_sides(PartnerSet set)
    {
        var random = TestSeed.NewRandom();
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var (ours, theirs) = await MakeBothAsync(link, loop);
        await link.ConnectAsync(Role.WeDial);
        var ourCopy = await link.OpenOursAsync(theirs);
        var theirCopy = await link.Theirs.OpenCoreAsync(ours.Key.ToHex());

        await theirCopy.UpdateAsync();
        await link.RunAsync(() => ourCopy.UpdateAsync());
        for (var i = 0; i < 40; i++)
        {
            var index = random.Next(Blocks);
            var block = await link.RunAsync(() => ourCopy.GetAsync((ulong)index, new GetOptions()).AsTask());
            Assert.Equal(Pattern.Make(index, Size), block);
            Assert.Equal(Pattern.Make(index, Size), await theirCopy.FetchAsync((ulong)index));
            var at = (ulong)random.Next(Blocks * Size);
            var found = await link.RunAsync(() => ourCopy.SeekAsync(at, new GetOptions()));
            Assert.Equal(new CorePosition(at / Size, at % Size), found);
            Assert.Equal((at / Size, at % Size), await theirCopy.SeekAsync(at));
        }
        Assert.InRange(await link.RunAsync(() => Task.FromResult(ourCopy.GetInfo().StoredBlocks)), 1UL, 80UL);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Sparse_copies_give_what_they_have(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        await using var other = await CoreLink.OpenAsync(loop, partner);
        var (ours, theirs) = await MakeBothAsync(link, loop);
        await link.ConnectAsync(Role.TheyDial);
        // Each side has a third of the other's core, and is then the only source of a second store there.
        var ourCopy = await link.OpenOursAsync(theirs);
        var theirCopy = await link.Theirs.OpenCoreAsync(ours.Key.ToHex());
        ulong[] part = [.. Enumerable.Range(0, Blocks).Where(i => i % 3 == 1).Select(i => (ulong)i)];
        await link.RunAsync(async () =>
        {
            using var download = ourCopy.Download(new DownloadRange { Blocks = part });
            await download.Completion;
        });
        foreach (var index in part)
            await theirCopy.FetchAsync(index);
        await link.CutAsync();

        await CoreLink.ConnectAsync(loop, link.Ours, other.Theirs, Role.WeDial);
        var theirSecond = await other.Theirs.OpenCoreAsync(theirs.Key);
        foreach (var index in part)
            Assert.Equal(Pattern.Make((int)index, Size), await theirSecond.FetchAsync(index));
        await CoreLink.ConnectAsync(loop, other.Ours, link.Theirs, Role.WeDial);
        var ourSecond = await loop.RunAsync(() => other.Ours.GetAsync(ours.Key));
        await other.RunAsync(async () =>
        {
            using var download = ourSecond.Download(new DownloadRange { Blocks = part });
            await download.Completion;
        });
        foreach (var index in part)
            Assert.Equal(
                Pattern.Make((int)index, Size),
                await other.RunAsync(() => ourSecond.GetAsync(index).AsTask())
            );
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Truncations_are_followed_while_connected_and_afterwards(PartnerSet set)
    {
        var random = TestSeed.NewRandom();
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var (ours, theirs) = await MakeBothAsync(link, loop);
        await link.ConnectAsync(Role.WeDial);
        var ourCopy = await link.OpenOursAsync(theirs);
        var theirCopy = await link.Theirs.OpenCoreAsync(ours.Key.ToHex());
        await theirCopy.DownloadAsync();
        await link.RunAsync(() => Task.FromResult(ourCopy.Download()));
        for (var round = 1; round <= 4; round++)
        {
            await UntilSameAsync(link, ours, theirCopy);
            await UntilSameAsync(link, ourCopy, theirs);
            if (round == 3)
                await link.CutAsync();
            var length = random.Next(1, (int)theirs.Length);
            var added = random.Next(1, 50);
            await theirs.TruncateAsync((ulong)length);
            await theirs.FillAsync(added, Size, seed: 10_000 * round);
            await link.RunAsync(() => ours.TruncateAsync((ulong)length));
            await link.FillAsync(ours, added, Size, seed: 10_000 * round);
            if (round == 3)
                await link.ConnectAsync(Role.TheyDial);
        }
        await UntilSameAsync(link, ours, theirCopy);
        await UntilSameAsync(link, ourCopy, theirs);
        Assert.Equal(4UL, ourCopy.Fork);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Extension_messages_go_both_ways(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var theirs = await link.Theirs.GetAsync("log");
        var theirExtension = await theirs.RegisterExtensionAsync("note");
        await theirs.RegisterExtensionAsync("other");
        var ours = await link.OpenOursAsync(theirs);
        var heard = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
        var ourExtension = await loop.RunAsync(() =>
            ours.RegisterExtension("note", (_, message) => heard.Writer.TryWrite(message.ToArray()))
        );
        await link.ConnectAsync(Role.WeDial);
        await Until.TrueAsync(() => loop.RunAsync(() => ours.Peers.Count == 1), "the channel to open");
        foreach (
            var message in (byte[][])
                [
                    [1],
                    [2, 3],
                    [],
                ]
        )
        {
            await theirs.BroadcastAsync(theirExtension, message);
            var received = await heard
                .Reader.ReadAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(JsPartner.DefaultDeadline);
            Assert.Equal(message, received);
            await loop.RunAsync(() => ourExtension.Broadcast(message));
            Assert.Equal(message, (await partner.ExpectAsync(theirExtension.Receiver, "extension")).Bytes("hex"));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Encrypted_blocks_pass_through_us_as_they_are(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        await using var other = await CoreLink.OpenAsync(loop, partner);
        var secret = Seeds.Of(0x55);
        var theirs = await link.Theirs.GetEncryptedAsync("secret", secret);
        await theirs.FillAsync(60, Size);
        await link.ConnectAsync(Role.WeDial);
        var ours = await link.OpenOursAsync(theirs);
        await link.DownloadAsync(ours, 60);
        Assert.NotEqual(Pattern.Make(7, Size), await link.RunAsync(() => ours.GetAsync(7).AsTask()));
        await link.CutAsync();

        await CoreLink.ConnectAsync(loop, link.Ours, other.Theirs, Role.WeDial);
        var copy = await other.Theirs.OpenCoreAsync(theirs.Key, secret);
        for (var i = 0; i < 60; i++)
            Assert.Equal(Pattern.Make(i, Size), await copy.FetchAsync((ulong)i));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Many_cores_share_a_connection_and_are_found_by_who_asks(PartnerSet set)
    {
        const int Cores = 60;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        var theirs = new List<string>();
        var ours = new List<Bytes32>();
        for (var i = 0; i < Cores; i++)
        {
            var core = await link.Theirs.GetAsync($"core {i}");
            await core.FillAsync(3, Size, seed: i);
            theirs.Add(core.Key);
            // Half of them are open nowhere when they are asked for.
            if (i % 2 == 0)
                await core.CloseAsync();
            await loop.RunAsync(async () =>
            {
                var mine = await link.Ours.GetAsync($"core {i}");
                await mine.AppendAsync([
                    .. Enumerable.Range(i, 3).Select(b => (ReadOnlyMemory<byte>)Pattern.Make(b, Size)),
                ]);
                ours.Add(mine.Key);
                if (i % 2 == 0)
                    await mine.DisposeAsync();
            });
        }
        await link.ConnectAsync(Role.WeDial);
        for (var i = 0; i < Cores; i++)
        {
            var copy = await loop.RunAsync(() => link.Ours.GetAsync(Bytes32.FromHex(theirs[i])));
            Assert.Equal(
                Pattern.Make(i + 2, Size),
                await link.RunAsync(() => copy.GetAsync(2, new GetOptions()).AsTask())
            );
            var theirCopy = await link.Theirs.OpenCoreAsync(ours[i].ToHex());
            Assert.Equal(Pattern.Make(i + 2, Size), await theirCopy.FetchAsync(2));
        }
    }

    [Fact]
    public async Task Stores_find_each_other_over_the_swarm()
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(PartnerSet.CoresPinned);
        await using var link = await CoreLink.OpenAsync(loop, partner);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        var (ours, theirs) = await MakeBothAsync(link, loop);
        var theirSwarm = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.None);
        await theirSwarm.JoinAsync(_topic);
        await using var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var swarm = await loop.RunAsync(() => Hyperswarm.Create(node.Dht, (stream, _) => link.Ours.Replicate(stream)));
        await loop.RunAsync(() => swarm.Join(Bytes32.FromHex(_topic)).FlushedAsync());
        var connection = await theirSwarm.ConnectionAsync();
        await link.Theirs.ReplicateAsync(connection.Stream);

        var ourCopy = await link.OpenOursAsync(theirs);
        var theirCopy = await link.Theirs.OpenCoreAsync(ours.Key.ToHex());
        await link.DownloadAsync(ourCopy, Blocks);
        await theirCopy.DownloadAsync(end: Blocks);
        Assert.Equal(await theirs.DigestAsync(), await link.DigestAsync(ourCopy));
        Assert.Equal(await theirCopy.DigestAsync(), await link.DigestAsync(ours));
        await loop.RunAsync(async () => await swarm.DisposeAsync());
        await theirSwarm.DestroyAsync();
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Hundred_thousand_small_blocks_come_in_seconds(PartnerSet set)
    {
        const int Many = 100_000;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await CoreLink.OpenAsync(loop, partner, isOnDisk: true);
        var ours = await loop.RunAsync(() => link.Ours.GetAsync("log"));
        await link.FillAsync(ours, Many, 30);
        await link.ConnectAsync(Role.WeDial);
        var theirCopy = await link.Theirs.OpenCoreAsync(ours.Key.ToHex());
        await theirCopy.DownloadAsync(end: Many);
        await link.CutAsync();
        // Back from them to another store of ours.
        await using var other = await CoreLink.OpenAsync(loop, partner, isOnDisk: true);
        await CoreLink.ConnectAsync(loop, other.Ours, link.Theirs, Role.TheyDial);
        var ourCopy = await loop.RunAsync(() => other.Ours.GetAsync(ours.Key));
        await other.DownloadAsync(ourCopy, Many);
        Assert.Equal(await link.DigestAsync(ours), await other.DigestAsync(ourCopy));
    }

    private static async Task<(Hypercore Ours, JsCore Theirs)> MakeBothAsync(CoreLink link, OurLoop loop)
    {
        var ours = await loop.RunAsync(() => link.Ours.GetAsync("ours"));
        await link.FillAsync(ours, Blocks, Size);
        var theirs = await link.Theirs.GetAsync("theirs");
        await theirs.FillAsync(Blocks, Size);
        return (ours, theirs);
    }

    private static async Task UntilSameAsync(CoreLink link, Hypercore ours, JsCore theirs)
    {
        await Until.TrueAsync(
            async () =>
            {
                var state = await theirs.StateAsync();
                return ours.ContiguousLength == ours.Length
                    && (state.Length, state.Fork, state.ContiguousLength) == (ours.Length, ours.Fork, ours.Length);
            },
            "both copies to be equal and whole"
        );
        // Only now: JavaScript cannot tell the hash while a fork replaces another.
        Assert.Equal((await theirs.HashAsync()).Hash, ours.TreeHash.ToHex());
        Assert.Equal(await theirs.DigestAsync(), await link.DigestAsync(ours));
    }
}
