using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

public sealed class HypercoreTests
{
    [Fact]
    public void Random_use_agrees_with_a_list_and_survives_reopening() =>
        InWorld.Run(async loop =>
        {
            var random = TestSeed.NewRandom();
            var values = new MemoryStore();
            using var keyPair = KeyPair.Generate();
            var model = new List<byte[]?>();
            for (var round = 0; round < 40; round++)
            {
                var store = new CorestoreStorage(loop, values);
                await using var core = await Hypercore.OpenAsync(store, new() { KeyPair = keyPair });
                await CheckAsync(core, model);
                for (var step = 0; step < 10; step++)
                    await StepAsync(core, model, random);
                await CheckAsync(core, model);
                Assert.True(
                    core.Length == 0 || core.Core.Verifier!.Verify(core.State.NewTreeBatch(), core.State.Head.Signature)
                );
            }
        });

    [Fact]
    public Task Appends_that_wait_together_are_answered_each_with_its_own_length() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await using var core = await Hypercore.OpenAsync(store);
            var appended = 0;
            core.Appended += () => appended++;
            values.Gate.Reset();
            var appends = Enumerable.Range(0, 100).Select(i => core.AppendAsync(Vectors.Block(i))).ToArray();
            values.Gate.Set();
            for (var i = 0; i < appends.Length; i++)
                Assert.Equal((ulong)i + 1, (await appends[i]).Length);
            Assert.True(appended < 10, $"{appended} writes for 100 appends");
            Assert.Equal(ModelTree.Of(100).Head.ComputeHash(), core.TreeHash);
            for (var i = 0; i < 100; i++)
                Assert.Equal(Vectors.Block(i), await core.GetAsync((ulong)i));
        });

    /// <summary>The core takes the blocks over and the session drops its own: at each moment they are in one of them.</summary>
    [Fact]
    public void Blocks_of_a_session_can_be_read_all_the_while_it_is_committed() =>
        InWorld.RunWithPool(async loop =>
        {
            await using var store = new CorestoreStorage(loop, new SlowStore());
            await using var core = await Hypercore.OpenAsync(store);
            await using var branch = await core.OpenSessionAsync("branch");
            await branch.AppendAsync(Vectors.Block(0));
            var reads = new List<Task<byte[]?>>();
            var commit = core.CommitAsync(branch);
            while (!commit.IsCompleted)
            {
                reads.Add(branch.GetAsync(0).AsTask());
                await Task.Yield();
                reads.Add(branch.GetAsync(0).AsTask());
                await Task.Delay(TimeSpan.FromMilliseconds(1), loop.Time);
            }
            Assert.Equal(1UL, (await commit)?.Length);
            foreach (var read in reads)
                Assert.Equal(Vectors.Block(0), await read);
        });

    [Fact]
    public Task Operations_keep_their_order_also_where_appends_are_joined() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await using var core = await Hypercore.OpenAsync(store);
            values.Gate.Reset();
            var running = core.AppendAsync(Vectors.Block(1));
            var waiting = core.AppendAsync(Vectors.Block(2));
            var cut = core.TruncateAsync(1);
            var snapshot = core.OpenSnapshotAsync();
            var behind = core.AppendAsync(Vectors.Block(3));
            values.Gate.Set();
            Assert.Equal(1UL, (await running).Length);
            Assert.Equal(2UL, (await waiting).Length);
            Assert.Equal(1UL, (await cut).Length);
            Assert.Equal(2UL, (await behind).Length);
            Assert.Equal(Vectors.Block(3), await core.GetAsync(1));
            await using var seen = await snapshot;
            Assert.Equal(1UL, seen.Length);
        });

    [Fact]
    public Task Append_that_is_cancelled_while_it_waits_writes_nothing() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await using var core = await Hypercore.OpenAsync(store);
            using var cancel = new CancellationTokenSource();
            values.Gate.Reset();
            var first = core.AppendAsync(Vectors.Block(1));
            var second = core.AppendAsync(Vectors.Block(2), cancel.Token);
            await cancel.CancelAsync();
            values.Gate.Set();
            Assert.Equal(1UL, (await first).Length);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
            Assert.Equal(2UL, (await core.AppendAsync(Vectors.Block(3))).Length);
        });

    [Fact]
    public void Failed_write_changes_nothing_and_ends_writing() =>
        InWorld.Run(async loop =>
        {
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(Vectors.Block(1));
            values.IsFull = true;
            var error = await Assert.ThrowsAsync<HypercoreException>(() => core.AppendAsync(Vectors.Block(2)));
            Assert.Equal(HypercoreErrorCode.WriteFailed, error.Code);
            Assert.Equal(1UL, core.Length);
            Assert.Equal(Vectors.Block(1), await core.GetAsync(0));
            values.IsFull = false;
            await Assert.ThrowsAsync<HypercoreException>(() => core.AppendAsync(Vectors.Block(2)));
            var reopened = new CorestoreStorage(loop, values);
            await using var again = await Hypercore.OpenAsync(reopened, new() { Key = core.Key });
            Assert.Equal(1UL, again.Length);
            await again.AppendAsync(Vectors.Block(2));
        });

    [Fact]
    public void Copy_learns_length_manifest_and_blocks_from_proofs() =>
        InWorld.Run(async loop =>
        {
            await using var source = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(source);
            await core.AppendAsync([.. Vectors.Blocks(70).Select(block => (ReadOnlyMemory<byte>)block)]);
            await using var target = CorestoreStorage.CreateInMemory(loop);
            await using var copy = await Hypercore.OpenAsync(target, new() { Key = core.Key });
            Assert.Null(copy.Manifest);
            Assert.False(copy.IsWritable);

            var upgrade = new ProofRequest { Upgrade = new(0, 70), Manifest = true };
            Assert.Null((await copy.State.ApplyAsync((await core.State.ProveAsync(upgrade)).Proof))!.Value.Code);
            Assert.Equal((70UL, 0UL), (copy.Length, copy.ContiguousLength));
            Assert.NotNull(copy.Manifest);
            for (var i = 0UL; i < 70; i++)
            {
                var nodes = await copy.State.Storage.RunAsync(reader =>
                    TreeQueries.CountMissingNodes(2 * i, 70, reader)
                );
                var request = new ProofRequest { Block = new(i, (ulong)nodes) };
                Assert.Null((await copy.State.ApplyAsync((await core.State.ProveAsync(request)).Proof))!.Value.Code);
                Assert.Equal(i + 1, copy.ContiguousLength);
                Assert.Equal(await core.GetAsync(i), await copy.GetAsync(i));
            }
            Assert.Equal(StoreDump.Nodes(source, 0), StoreDump.Nodes(target, 0));
            await using var again = await Hypercore.OpenAsync(
                new CorestoreStorage(loop, target.Values),
                new() { Key = core.Key }
            );
            Assert.Equal((70UL, 70UL), (again.Length, again.ContiguousLength));
            Assert.NotNull(again.Manifest);
        });

    [Fact]
    public void Info_counts_what_is_stored_and_seek_finds_each_byte() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync([.. Vectors.Blocks(20).Select(block => (ReadOnlyMemory<byte>)block)]);
            var position = await core.SeekAsync(100);
            Assert.Equal(
                100,
                Vectors.Blocks((int)position!.Value.Block).Sum(block => block.Length) + (int)position.Value.Offset
            );
            Assert.Equal(new CorePosition(20, 0), await core.SeekAsync(core.ByteLength));
            Assert.Null(await core.SeekAsync(core.ByteLength + 1));
            await core.ClearAsync(3, 5);
            var info = core.GetInfo();
            Assert.Equal((20UL, 18UL, 3UL, 0UL), (info.Length, info.StoredBlocks, info.ContiguousLength, info.Fork));
            Assert.Equal(core.TreeHash, info.TreeHash);
            Assert.Equal((3UL, 0UL, 15UL), (core.CountStored(0, 4), core.CountStored(5, 5), core.CountStored(4, 99)));
        });

    [Fact]
    public void Sessions_read_as_the_one_that_they_were_made_from() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            core.Reads = new GetOptions { Timeout = TimeSpan.FromSeconds(7) };
            await using var session = core.OpenSession();
            await using var named = await session.OpenSessionAsync("named");
            await using var snapshot = await named.OpenSnapshotAsync();
            Assert.All([session, named, snapshot], made => Assert.Same(core.Reads, made.Reads));
        });

    [Fact]
    public void Hints_of_newer_versions_are_written_back() =>
        InWorld.Run(async loop =>
        {
            var values = new MemoryStore();
            using var keyPair = KeyPair.Generate();
            await using (
                var core = await Hypercore.OpenAsync(new CorestoreStorage(loop, values), new() { KeyPair = keyPair })
            )
                await core.AppendAsync(Vectors.Block(1));
            using (var batch = new CoreBatch(0, 0))
            {
                batch.SetHints(new StoredHints(1, RemoteContiguousLength: 7, Recovering: 9));
                values.Write([batch.Changes], sync: false);
            }
            await using var again = await Hypercore.OpenAsync(
                new CorestoreStorage(loop, values),
                new() { KeyPair = keyPair }
            );
            await again.AppendAsync(Vectors.Block(2));
            Assert.Equal(new StoredHints(2, 7, 9), await again.State.Storage.GetHintsAsync());
        });

    [Fact]
    public void Refusals_have_the_codes_of_JavaScript() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(Vectors.Block(1));
            await RefusedAsync("INVALID_OPERATION", () => core.TruncateAsync(2));
            await RefusedAsync("BAD_ARGUMENT", () => core.AppendAsync(new byte[Hypercore.MaxBlockBytes + 1]));
            await RefusedAsync(
                "STORAGE_EMPTY",
                () => Hypercore.OpenAsync(store, new() { Key = core.DiscoveryKey, CreateIfMissing = false })
            );
            await using var other = await Hypercore.OpenAsync(store, new() { Key = core.DiscoveryKey });
            await RefusedAsync("SESSION_NOT_WRITABLE", () => other.AppendAsync(Vectors.Block(1)));
            await using var snapshot = await core.OpenSnapshotAsync();
            await RefusedAsync("SESSION_NOT_WRITABLE", () => snapshot.AppendAsync(Vectors.Block(1)));
            var kept = await core.AppendAsync([Vectors.Block(2), Vectors.Block(3)], new() { MaxLength = 2 });
            Assert.Equal(1UL, kept.Length);
            await core.DisposeAsync();
            await RefusedAsync("SESSION_CLOSED", () => core.AppendAsync(Vectors.Block(1)));

            static async Task RefusedAsync(string code, Func<Task> work) =>
                Assert.Equal(code, (await Assert.ThrowsAsync<HypercoreException>(work)).Code);
        });

    [Fact]
    public void Clear_keeps_every_node_that_a_stored_block_needs() =>
        InWorld.Run(async loop =>
        {
            var random = TestSeed.NewRandom();
            for (var round = 0; round < 60; round++)
            {
                await using var store = CorestoreStorage.CreateInMemory(loop);
                await using var core = await Hypercore.OpenAsync(store);
                var length = random.Next(1, 30);
                await core.AppendAsync([.. Vectors.Blocks(length).Select(block => (ReadOnlyMemory<byte>)block)]);
                for (var i = 0; i < 4; i++)
                {
                    var start = (ulong)random.Next(length);
                    await core.ClearAsync(start, start + (ulong)random.Next(1, 6));
                }
                for (var i = 0UL; i < (ulong)length; i++)
                {
                    if (!core.Has(i))
                        continue;
                    var levels = 0UL;
                    for (var at = 2 * i; !core.State.Head.Roots.Any(root => root.Index == at); at = FlatTree.Parent(at))
                        levels++;
                    var proved = await core.State.ProveAsync(new ProofRequest { Block = new(i, levels) });
                    Assert.Equal(ProofVerdict.Valid, proved.Verdict);
                }
            }
        });

    [Fact]
    public void Damaged_values_are_named_and_never_believed() =>
        InWorld.Run(async loop =>
        {
            var values = new MemoryStore();
            using var keyPair = KeyPair.Generate();
            await using (
                var core = await Hypercore.OpenAsync(new CorestoreStorage(loop, values), new() { KeyPair = keyPair })
            )
                await core.AppendAsync([.. Vectors.Blocks(9).Select(block => (ReadOnlyMemory<byte>)block)]);
            foreach (var (key, value) in values.Entries.ToList())
            {
                if (value.Length == 0 || key is [4, 0, 3, ..] or [4, 0, 5, ..] or [0])
                    continue;
                foreach (var damage in (byte[]?[])[null, [], [.. value[..^1]], [0xff, .. value[1..]]])
                {
                    var damaged = new MemoryStore();
                    using var batch = new StoreBatch();
                    foreach (var (otherKey, otherValue) in values.Entries)
                        batch.Put(otherKey, otherValue);
                    if (damage is null)
                        batch.Delete(key);
                    else
                        batch.Put(key, damage);
                    damaged.Write([batch], sync: false);
                    try
                    {
                        await using var core = await Hypercore.OpenAsync(
                            new CorestoreStorage(loop, damaged),
                            new() { KeyPair = keyPair }
                        );
                        for (var i = 0UL; i < core.Length; i++)
                            Assert.True(
                                await core.GetAsync(i) is { } block
                                    && block.AsSpan().SequenceEqual(Vectors.Block((int)i))
                            );
                    }
                    catch (HypercoreException error)
                    {
                        Assert.NotEmpty(error.Code);
                    }
                }
            }
        });

    internal static async Task StepAsync(Hypercore core, List<byte[]?> model, Random random)
    {
        switch (random.Next(6))
        {
            case 0 when model.Count > 0:
                var length = random.Next(model.Count + 1);
                try
                {
                    await core.TruncateAsync((ulong)length);
                }
                catch (HypercoreException error) when (error.Code == HypercoreErrorCode.InvalidOperation)
                {
                    // A root between cleared blocks went with them, as in JavaScript.
                    Assert.Null(model[length - 1]);
                    break;
                }
                model.RemoveRange(length, model.Count - length);
                break;
            case 1 when model.Count > 0:
                var start = random.Next(model.Count);
                var end = Math.Min(model.Count, start + random.Next(1, 5));
                await core.ClearAsync((ulong)start, (ulong)end);
                for (var i = start; i < end; i++)
                    model[i] = null;
                break;
            default:
                var blocks = Enumerable
                    .Range(0, random.Next(1, 6))
                    .Select(_ => Vectors.Block(random.Next(90)))
                    .ToArray();
                await core.AppendAsync([.. blocks.Select(block => (ReadOnlyMemory<byte>)block)]);
                model.AddRange(blocks);
                break;
        }
    }

    internal static async Task CheckAsync(Hypercore core, List<byte[]?> model)
    {
        Assert.Equal((ulong)model.Count, core.Length);
        for (var i = 0; i < model.Count; i++)
        {
            Assert.Equal(model[i] is not null, core.Has((ulong)i));
            Assert.Equal(model[i], await core.GetAsync((ulong)i));
        }
        var missing = model.IndexOf(null);
        Assert.Equal((ulong)(missing < 0 ? model.Count : missing), core.ContiguousLength);
    }
}
