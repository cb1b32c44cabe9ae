using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using Interop.Tests.Harness;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>
/// Stores on disk, handed to and fro: each side opens what the other wrote, believes it, goes on writing, and hands it back.
/// </summary>
public sealed class CoresInteropTests(NodePartners partners) : IDisposable
{
    private const int Blocks = 300;

    private static readonly byte[] _large = new byte[100_000];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-cores");

    public static TheoryData<PartnerSet> Sets => [PartnerSet.CoresPinned, PartnerSet.CoresNewest];

    private string Store => Path.Combine(_folder.FullName, "store");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Store_of_theirs_opens_here_is_appended_to_and_goes_back(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        string key;
        await using (var store = await JsStore.OpenAsync(partner, Store, primaryKey: new byte[32]))
        {
            var core = await store.GetAsync("log");
            key = core.Key;
            await core.AppendAsync(Enumerable.Range(0, Blocks).Select(Block));
            await core.AppendAsync([_large]);
            await core.TruncateAsync(Blocks - 50);
            await core.AppendAsync([_large, .. Enumerable.Range(0, 9).Select(Block)]);
            await core.SetUserDataAsync("note", "hello"u8.ToArray());
            var branch = await store.GetAsync("log", session: "branch");
            await branch.AppendAsync([Block(1), Block(2)]);
        }

        string hash = await RunAsync(async store =>
        {
            var names = await Corestore.OpenAsync(store);
            await using var core = await names.GetAsync("log");
            Assert.Equal(key, core.Key.ToHex());
            Assert.True(core.IsWritable);
            Assert.Equal((ulong)Blocks - 40, core.Length);
            Assert.Equal((core.Length, 1UL), (core.ContiguousLength, core.Fork));
            for (var i = 0; i < Blocks - 50; i++)
                Assert.Equal(Block(i), await core.GetAsync((ulong)i));
            Assert.Equal(_large, await core.GetAsync((ulong)Blocks - 50));
            Assert.Equal("hello"u8.ToArray(), await core.GetUserDataAsync("note"));
            await using var branch = await core.OpenSessionAsync("branch");
            Assert.Equal(core.Length + 2, branch.Length);
            Assert.Equal(Block(2), await branch.GetAsync(branch.Length - 1));
            await core.AppendAsync([Block(70), _large, Block(71)]);
            await core.SetUserDataAsync("note", "changed"u8.ToArray());
            await using var second = await names.GetAsync("second");
            await second.AppendAsync([Block(80), Block(81)]);
            return core.TreeHash.ToHex();
        });

        await using (var store = await JsStore.OpenAsync(partner, Store))
        {
            var core = await store.GetAsync("log");
            Assert.Equal((ulong)Blocks - 37, core.Length);
            Assert.Equal(hash, (await core.HashAsync()).Hash);
            Assert.Equal(core.Length, (await core.HashAsync()).ContiguousLength);
            Assert.Equal(Block(71), await core.ReadAsync(core.Length - 1));
            Assert.Equal(_large, await core.ReadAsync(core.Length - 2));
            Assert.Equal(Block(5), await core.ReadAsync(5));
            Assert.Equal("changed"u8.ToArray(), await core.GetUserDataAsync("note"));
            await core.AppendAsync([Block(72)]);
            var second = await store.GetAsync("second");
            Assert.Equal(Block(81), await second.ReadAsync(1));
            await second.AppendAsync([Block(82)]);
        }
        await RunAsync(async store =>
        {
            await using var core = await (await Corestore.OpenAsync(store)).GetAsync("log");
            Assert.Equal((ulong)Blocks - 36, core.Length);
            Assert.Equal(Block(72), await core.GetAsync(core.Length - 1));
            return 0;
        });
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Store_of_ours_opens_there_is_appended_to_and_comes_back(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        var (key, hash) = await RunAsync(async store =>
        {
            var names = await Corestore.OpenAsync(store, new Bytes32(new byte[32]));
            await using var core = await names.GetAsync("log");
            await core.AppendAsync([
                .. Enumerable.Range(0, Blocks).Select(i => (ReadOnlyMemory<byte>)Block(i)),
                _large,
            ]);
            await core.TruncateAsync(77);
            await core.AppendAsync([_large, Block(3)]);
            await core.ClearAsync(11, 14);
            await using var branch = await core.OpenSessionAsync("branch");
            await branch.AppendAsync([Block(4), Block(5)]);
            return (core.Key.ToHex(), core.TreeHash.ToHex());
        });

        await using (var store = await JsStore.OpenAsync(partner, Store, primaryKey: new byte[32]))
        {
            var core = await store.GetAsync("log");
            var state = await core.HashAsync();
            Assert.Equal((key, hash), (core.Key, state.Hash));
            Assert.Equal((79UL, 1UL, 11UL), (state.Length, state.Fork, state.ContiguousLength));
            Assert.Equal(Block(10), await core.ReadAsync(10));
            Assert.Null(await core.ReadAsync(12));
            Assert.Equal(_large, await core.ReadAsync(77));
            var branch = await store.GetAsync("log", session: "branch");
            Assert.Equal(81UL, branch.Length);
            Assert.Equal(Block(5), await branch.ReadAsync(80));
            await core.AppendAsync([Block(6)]);
        }
        await RunAsync(async store =>
        {
            await using var core = await (await Corestore.OpenAsync(store)).GetAsync("log");
            Assert.Equal(80UL, core.Length);
            Assert.Equal(Block(6), await core.GetAsync(79));
            Assert.False(core.Has(12));
            return 0;
        });
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task What_an_atom_of_ours_wrote_is_believed_there(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        var hashes = await RunAsync(async store =>
        {
            var names = await Corestore.OpenAsync(store, new Bytes32(new byte[32]));
            await using var log = await names.GetAsync("log");
            await log.AppendAsync([.. Enumerable.Range(0, Blocks).Select(i => (ReadOnlyMemory<byte>)Block(i))]);
            await using var second = await names.GetAsync("second");
            await using var branch = await second.OpenSessionAsync("branch");
            await branch.AppendAsync([Block(1), Block(2)]);

            var atom = store.CreateAtom();
            await using var logInside = log.OpenInAtom(atom);
            await using var secondInside = second.OpenInAtom(atom);
            await using var branchInside = branch.OpenInAtom(atom);
            await logInside.TruncateAsync(77);
            await logInside.AppendAsync([_large, Block(3), Block(4)]);
            await logInside.ClearAsync(11, 14);
            await logInside.ClearAsync(78);
            await secondInside.CommitAsync(branchInside);
            await branchInside.AppendAsync(Block(5));
            await using var made = await secondInside.OpenSessionAsync("made");
            await made.AppendAsync(Block(6));
            await atom.FlushAsync();
            return (log.TreeHash.ToHex(), second.TreeHash.ToHex());
        });

        await using (var store = await JsStore.OpenAsync(partner, Store, primaryKey: new byte[32]))
        {
            var log = await store.GetAsync("log");
            var state = await log.HashAsync();
            Assert.Equal(
                (80UL, 1UL, 11UL, hashes.Item1),
                (state.Length, state.Fork, state.ContiguousLength, state.Hash)
            );
            Assert.Equal(_large, await log.ReadAsync(77));
            Assert.Equal(Block(4), await log.ReadAsync(79));
            foreach (var cleared in new ulong[] { 11, 13, 78 })
                Assert.Null(await log.ReadAsync(cleared));
            await log.AppendAsync([Block(7)]);
            var second = await store.GetAsync("second");
            state = await second.HashAsync();
            Assert.Equal((2UL, 2UL, hashes.Item2), (state.Length, state.ContiguousLength, state.Hash));
            var branch = await store.GetAsync("second", session: "branch");
            Assert.Equal(3UL, branch.Length);
            Assert.Equal(Block(2), await branch.ReadAsync(1));
            Assert.Equal(Block(5), await branch.ReadAsync(2));
            var made = await store.GetAsync("second", session: "made");
            Assert.Equal(Block(6), await made.ReadAsync(2));
        }
        await RunAsync(async store =>
        {
            await using var log = await (await Corestore.OpenAsync(store)).GetAsync("log");
            Assert.Equal((81UL, 11UL), (log.Length, log.ContiguousLength));
            var audit = await log.AuditAsync();
            Assert.True(audit.IsClean, audit.FirstProblem);
            return 0;
        });
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Each_side_refuses_what_the_other_has_open_and_copies(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        await using (await JsStore.OpenAsync(partner, Store))
        {
            var error = await Assert.ThrowsAsync<HypercoreException>(() => RunAsync(_ => Task.FromResult(0)));
            Assert.Equal(HypercoreErrorCode.StorageLocked, error.Code);
        }
        await RunAsync(async _ =>
        {
            await Assert.ThrowsAsync<PartnerException>(() => JsStore.OpenAsync(partner, Store));
            return 0;
        });
        var copy = Path.Combine(_folder.FullName, "copy");
        Directory.CreateDirectory(Path.Combine(copy, "db"));
        foreach (var file in Directory.GetFiles(Store, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(copy, Path.GetRelativePath(Store, file)));
        await Assert.ThrowsAsync<PartnerException>(() => JsStore.OpenAsync(partner, copy));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task What_they_acknowledged_is_here_after_they_were_killed(PartnerSet set)
    {
        var acknowledged = 0UL;
        await using (var partner = await partners.StartAsync(set))
        {
            var core = await (await JsStore.OpenAsync(partner, Store, primaryKey: new byte[32])).GetAsync("log");
            for (var i = 0; i < 40; i++)
                await core.AppendAsync([Block(i)]);
            acknowledged = core.Length;
            // The partner's process ends now, in the middle of things: its store was never closed.
        }
        await RunAsync(async store =>
        {
            await using var core = await (await Corestore.OpenAsync(store)).GetAsync("log");
            Assert.Equal(acknowledged, core.Length);
            for (var i = 0; i < 40; i++)
                Assert.Equal(Block(i), await core.GetAsync((ulong)i));
            return 0;
        });
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Any_history_ends_in_the_same_tree_on_both_sides(PartnerSet set)
    {
        var random = TestSeed.NewRandom();
        await using var partner = await partners.StartAsync(set);
        await using var theirStore = await JsStore.OpenAsync(partner, Store + "-theirs", primaryKey: new byte[32]);
        var theirs = await theirStore.GetAsync("log");
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                await using var store = CorestoreStorage.CreateInMemory(loop);
                await using var ours = await (await Corestore.OpenAsync(store, new Bytes32(new byte[32]))).GetAsync(
                    "log"
                );
                Assert.Equal(theirs.Key, ours.Key.ToHex());
                for (var step = FuzzBudget.Rounds(usually: 150); step > 0; step--)
                {
                    if (random.Next(4) == 0)
                    {
                        var length = (ulong)random.Next((int)ours.Length + 1);
                        await ours.TruncateAsync(length);
                        await theirs.TruncateAsync(length);
                    }
                    else
                    {
                        byte[][] blocks =
                        [
                            .. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Block(random.Next(90))),
                        ];
                        await ours.AppendAsync([.. blocks.Select(block => (ReadOnlyMemory<byte>)block)]);
                        await theirs.AppendAsync(blocks);
                    }
                    var state = await theirs.HashAsync();
                    Assert.Equal(
                        (state.Length, state.Fork, state.ContiguousLength, state.Hash),
                        (ours.Length, ours.Fork, ours.ContiguousLength, ours.TreeHash.ToHex())
                    );
                }
            })
            .WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }

    private static byte[] Block(int i) => [.. Enumerable.Range(0, i * 37 % 91).Select(j => (byte)(i + j))];

    private async Task<T> RunAsync<T>(Func<CorestoreStorage, Task<T>> body)
    {
        using var loop = new NetworkLoop();
        return await loop.InvokeAsync(async () =>
            {
                await using var store = await CorestoreStorage.OpenAsync(loop, Store);
                return await body(store);
            })
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }
}
