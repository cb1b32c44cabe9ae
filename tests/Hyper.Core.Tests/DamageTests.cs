using Hyper.Core.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>
/// Files of a store are cut or flipped while it is closed. It is refused, or a core or block is, with the reason; or the core
/// is as it was at some moment before. No reader ever gets a wrong byte.
/// </summary>
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class DamageTests : IDisposable
{
    private const int CutBytes = 4096;
    private const int Appends = 30;
    private const int BlocksPerAppend = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("core-damage");

    private string _phase = "";

    private string Store => Path.Combine(_folder.FullName, "store");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Store_with_a_file_cut_short_is_refused_or_as_it_was_before(bool isClosedWell)
    {
        await WriteAsync(isClosedWell);
        var intact = ReadFiles();
        foreach (var (path, bytes) in intact)
        {
            for (var length = 0; length < bytes.Length; length += CutBytes)
            {
                Restore(intact);
                Cut(path, length);
                await CheckAsync($"{Path.GetFileName(path)} cut to {length}", isClosedWell);
            }
        }
    }

    [Fact]
    public async Task Store_with_flipped_bits_never_gives_a_wrong_byte()
    {
        var random = TestSeed.NewRandom();
        await WriteAsync(isClosedWell: true);
        var intact = ReadFiles();
        var paths = intact.Keys.Where(path => intact[path].Length > 0).ToArray();
        for (var left = FuzzBudget.Rounds(usually: 150, atMost: 3000); left > 0; left--)
        {
            Restore(intact);
            var path = paths[random.Next(paths.Length)];
            var bytes = (byte[])intact[path].Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Overwrite(path, bytes);
            await CheckAsync($"flips in {Path.GetFileName(path)}", isWhole: true);
        }
    }

    [Fact]
    public async Task Damaged_block_is_named_and_found_by_an_audit_and_forgotten_by_a_repair()
    {
        await InStoreAsync(async names =>
        {
            await using var core = await names.GetAsync("log");
            await core.AppendAsync([.. Vectors.Blocks(20).Select(block => (ReadOnlyMemory<byte>)block)]);
            Assert.True((await core.AuditAsync()).IsClean);
            // As if a value had been replaced by another below every checksum.
            using (var batch = core.State.Storage.NewBatch())
            {
                batch.PutBlock(7, "something else"u8.ToArray());
                batch.DeleteBlocks(9, 10);
                batch.PutTreeNode(new TreeNode(1, 5, default));
                await core.State.Storage.WriteAsync(batch);
            }
            var audit = await core.AuditAsync();
            Assert.Equal((1UL, 1UL, 2UL), (audit.WrongBlocks, audit.MissingBlocks, audit.WrongNodes));
            Assert.Contains("Block 9 of core", audit.FirstProblem, StringComparison.Ordinal);
            Assert.True(audit.IsSigned);
            await core.AuditAsync(repair: true);
            Assert.False(core.Has(7));
            Assert.False(core.Has(9));
            Assert.Null(await core.GetAsync(7));
            Assert.Equal((18UL, 7UL), (core.GetInfo().StoredBlocks, core.ContiguousLength));
            Assert.Equal(Vectors.Block(8), await core.GetAsync(8));
            Assert.Equal(0UL, (await core.AuditAsync()).WrongNodes);
        });
        await InStoreAsync(async names =>
        {
            await using var core = await names.GetAsync("log");
            Assert.False(core.Has(7));
            Assert.Equal(18UL, core.GetInfo().StoredBlocks);
        });
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Block_that_was_replaced_below_every_checksum_is_never_read(int size)
    {
        var blocks = Enumerable.Range(0, 20).Select(i => Enumerable.Repeat((byte)i, size).ToArray()).ToArray();
        var wrong = (byte[])blocks[7].Clone();
        wrong[size / 2] ^= 1;
        await InStoreAsync(async names =>
        {
            await using var core = await names.GetAsync("log");
            await core.AppendAsync([.. blocks.Select(block => (ReadOnlyMemory<byte>)block)]);
            await using var before = await core.OpenSnapshotAsync();
            // Another block, and another leaf, as RocksDB would write them; and no leaf, as JavaScript may leave a block.
            using (var batch = core.State.Storage.NewBatch())
            {
                batch.PutBlock(7, wrong);
                batch.PutTreeNode(new TreeNode(2 * 11, (ulong)size, default));
                batch.DeleteTreeNode(2 * 13);
                await core.State.Storage.WriteAsync(batch);
            }
            await RefusesDamageAsync(core);
            Assert.Equal(blocks[7], await before.GetAsync(7));
        });
        // The same from the disk.
        await InStoreAsync(async names =>
        {
            await using var core = await names.GetAsync("log");
            await RefusesDamageAsync(core);
            await using var view = await core.OpenSnapshotAsync();
            await RefusesDamageAsync(view);
            await using var branch = await core.OpenSessionAsync("branch");
            await RefusesDamageAsync(branch);
            var read = new List<byte[]>();
            await RefusesAsync(7, core, () => CollectAsync(core.ReadBlocksAsync(), read));
            Assert.Equal(blocks[..7], read);
            await core.AuditAsync(repair: true);
            Assert.Null(await core.GetAsync(7));
            Assert.Equal(blocks[6], await core.GetAsync(6));
        });

        async Task RefusesDamageAsync(Hypercore core)
        {
            for (var i = 0; i < blocks.Length; i++)
            {
                var index = (ulong)i;
                if (i is 7 or 11)
                    await RefusesAsync(index, core, () => core.GetAsync(index).AsTask());
                else
                    Assert.Equal(blocks[i], await core.GetAsync(index));
            }
        }
    }

    [Fact]
    public Task Store_that_is_open_cannot_be_opened_again() =>
        InStoreAsync(async _ =>
        {
            var error = await Assert.ThrowsAsync<HypercoreException>(() => InStoreAsync(_ => Task.CompletedTask));
            Assert.Equal(HypercoreErrorCode.StorageLocked, error.Code);
            Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
        });

    private static async Task RefusesAsync(ulong block, Hypercore core, Func<Task> read)
    {
        var error = await Assert.ThrowsAsync<HypercoreException>(read);
        Assert.Equal(HypercoreErrorCode.StorageCorrupt, error.Code);
        Assert.Contains($"Block {block} of core {core.Key.ToHex()}", error.Message, StringComparison.Ordinal);
    }

    private static async Task CollectAsync(IAsyncEnumerable<byte[]> blocks, List<byte[]> read)
    {
        await foreach (var block in blocks)
            read.Add(block);
    }

    private async Task WriteAsync(bool isClosedWell)
    {
        Dictionary<string, byte[]>? files = null;
        await InStoreAsync(async names =>
        {
            await using var core = await names.GetAsync("log");
            for (var i = 0; i < Appends; i++)
            {
                var start = i * BlocksPerAppend;
                await core.AppendAsync([
                    .. Enumerable.Range(start, BlocksPerAppend).Select(at => (ReadOnlyMemory<byte>)Block(at)),
                ]);
            }
            // As a kill would leave them.
            files = isClosedWell ? null : ReadFiles();
        });
        if (files is not null)
            Restore(files);
    }

    private async Task CheckAsync(string damage, bool isWhole)
    {
        try
        {
            await InStoreAsync(async names =>
            {
                _phase = "opening the core";
                await using var core = await names.GetAsync("log");
                _phase = "reading";
                await CheckAsync(core, damage, isWhole);
                _phase = "closing";
            });
        }
        catch (TimeoutException)
        {
            Assert.Fail(
                $"{damage}: no end of {_phase}; {ThreadPool.PendingWorkItemCount} calls wait for "
                    + $"{ThreadPool.ThreadCount} threads of the pool"
            );
        }
        catch (HypercoreException refused)
        {
            Assert.True(
                refused.Code
                    is HypercoreErrorCode.StorageCorrupt
                        or HypercoreErrorCode.StorageConflict
                        or HypercoreErrorCode.StorageEmpty
                        or HypercoreErrorCode.InvalidChecksum,
                $"{damage}: {refused.Message}"
            );
        }
    }

    private static async Task CheckAsync(Hypercore core, string damage, bool isWhole)
    {
        Assert.True(core.Length % BlocksPerAppend == 0, $"{damage}: length {core.Length}");
        if (isWhole)
            Assert.True(core.Length == Appends * BlocksPerAppend, $"{damage}: length {core.Length} without a word");
        for (var i = 0UL; i < core.Length; i++)
        {
            try
            {
                // As it is read for a peer, too.
                using var lent = await core.State.Storage.LendBlockAsync(i);
                Assert.True(lent is not null && lent.Memory.Span.SequenceEqual(Block((int)i)), $"{damage}: block {i}");
                var block = await core.GetAsync(i);
                Assert.True(block is not null && block.AsSpan().SequenceEqual(Block((int)i)), $"{damage}: block {i}");
            }
            catch (HypercoreException error)
            {
                Assert.Equal(HypercoreErrorCode.StorageCorrupt, error.Code);
                Assert.StartsWith($"STORAGE_CORRUPT: Block {i} of core ", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private Dictionary<string, byte[]> ReadFiles() =>
        Directory
            .EnumerateFiles(Store, "*", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(path).StartsWith("LOG", StringComparison.Ordinal))
            .ToDictionary(path => path, ReadShared);

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The files as they were. CORESTORE keeps its inode, by which it is known.</summary>
    private void Restore(Dictionary<string, byte[]> files)
    {
        foreach (var path in Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories))
        {
            if (!files.ContainsKey(path))
                File.Delete(path);
        }
        foreach (var (path, bytes) in files)
        {
            if (Path.GetFileName(path) != "CORESTORE" || !ReadShared(path).AsSpan().SequenceEqual(bytes))
                Overwrite(path, bytes);
        }
    }

    private static void Overwrite(string path, byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(0);
        file.Write(bytes);
    }

    private static void Cut(string path, int length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(length);
    }

    private static byte[] Block(int i) => i % 7 == 3 ? [.. Enumerable.Repeat((byte)i, 5000)] : Vectors.Block(i);

    private Task InStoreAsync(Func<Corestore, Task> body) =>
        InWorld.RunForRealAsync(async loop =>
        {
            _phase = "opening the store";
            await using var store = await CorestoreStorage.OpenAsync(loop, Store);
            await body(await Corestore.OpenAsync(store, default(Bytes32)));
        });
}
