using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

public sealed class StoreLifeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("core-life");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Ten_thousand_cores_are_in_one_store_and_few_in_memory()
    {
        const int Cores = 10_000;
        await InStoreAsync(
            async (store, names) =>
            {
                await using var kept = await names.GetAsync("kept");
                var most = 0;
                for (var i = 0; i < Cores; i++)
                {
                    await using var core = await names.GetAsync($"core {i}");
                    await core.AppendAsync(BitConverter.GetBytes(i));
                    most = Math.Max(most, store.OpenCores);
                }
                Assert.True(most <= 512, $"{most} cores were in memory");
                // One in use is never closed behind its session.
                await kept.AppendAsync(new byte[] { 1 });
                await using var again = await names.GetAsync("kept");
                Assert.Same(kept.Core, again.Core);
                for (var i = 0; i < Cores; i += 97)
                {
                    await using var core = await names.GetAsync($"core {i}");
                    Assert.True(core.IsWritable);
                    Assert.Equal(BitConverter.GetBytes(i), await core.GetAsync(0));
                    Assert.Equal(2UL, (await core.AppendAsync(new byte[] { 2 })).Length);
                }
                Assert.True(store.OpenCores <= 512);
                var listed = await store.ListCoresAsync();
                Assert.Equal(Cores + 1, listed.Count);
                Assert.Equal("core 1", listed.Single(core => core.Name == "core 1").Name);
            }
        );
    }

    [Fact]
    public Task Names_that_are_not_stored_are_not_made_where_that_is_not_wanted() =>
        InStoreAsync(
            async (store, names) =>
            {
                var error = await Assert.ThrowsAsync<HypercoreException>(() =>
                    names.GetAsync("log", createIfMissing: false)
                );
                Assert.Equal(HypercoreErrorCode.StorageEmpty, error.Code);
                Assert.Empty(await store.ListCoresAsync());
                await using var core = await names.GetAsync("log");
                await using var stored = await names.GetStoredAsync(core.DiscoveryKey);
                Assert.Same(core.Core, stored.Core);
                await Assert.ThrowsAsync<HypercoreException>(() => names.GetStoredAsync(core.Key));
            }
        );

    [Fact]
    public async Task Store_closes_after_a_core_was_not_there_to_be_opened()
    {
        // In JavaScript the close fails as the opening did.
        var expected = Vectors.One("corestore.json", "defect/store-close-after-failed-open").Expected().GetString();
        await InStoreAsync(
            async (store, names) =>
            {
                await using var core = await names.GetAsync("log");
                await core.AppendAsync(Vectors.Block(1));
                var error = await Assert.ThrowsAsync<HypercoreException>(() =>
                    names.GetAsync(core.DiscoveryKey, createIfMissing: false)
                );
                Assert.Equal(expected, error.Code);
                await store.DisposeAsync();
            }
        );
        await InStoreAsync(
            async (_, names) =>
            {
                await using var core = await names.GetAsync("log");
                Assert.Equal(Vectors.Block(1), await core.GetAsync(0));
            }
        );
    }

    [Fact]
    public Task Suspended_store_lets_writes_wait_and_reads_go_on() =>
        InStoreAsync(
            async (store, names) =>
            {
                await using var core = await names.GetAsync("log");
                await core.AppendAsync(Vectors.Block(1));
                await store.SuspendAsync();
                var waiting = core.AppendAsync(Vectors.Block(2));
                Assert.Equal(Vectors.Block(1), await core.GetAsync(0));
                await store.FlushAsync();
                Assert.False(waiting.IsCompleted);
                store.Resume();
                Assert.Equal(2UL, (await waiting).Length);
                await store.SuspendAsync();
                waiting = core.AppendAsync(Vectors.Block(3));
                await store.DisposeAsync();
                await Assert.ThrowsAsync<HypercoreException>(() => waiting);
            }
        );

    [Fact]
    public Task Compaction_keeps_what_is_there() =>
        InStoreAsync(
            async (store, names) =>
            {
                await using var core = await names.GetAsync("log");
                await core.AppendAsync([.. Vectors.Blocks(300).Select(block => (ReadOnlyMemory<byte>)block)]);
                await core.ClearAsync(10, 290);
                await store.CompactAsync();
                Assert.Equal(Vectors.Block(5), await core.GetAsync(5));
                Assert.Equal(Vectors.Block(295), await core.GetAsync(295));
                Assert.Equal(20UL, core.GetInfo().StoredBlocks);
            }
        );

    [Fact]
    public Task Blocks_and_bytes_are_read_as_streams() =>
        InStoreAsync(
            async (_, names) =>
            {
                await using var core = await names.GetAsync("log");
                var end = await core.AppendAllAsync(SourceAsync());
                Assert.Equal(600UL, end.Length);
                Assert.Equal(Vectors.Blocks(600), await core.ReadBlocksAsync().ToListAsync());
                var range = new CoreRange
                {
                    Start = 7,
                    End = 12,
                    Reverse = true,
                };
                Assert.Equal(Vectors.Blocks(12).Skip(7).Reverse(), await core.ReadBlocksAsync(range).ToListAsync());

                await using var stream = await core.OpenByteStreamAsync();
                var all = Vectors.Blocks(600).SelectMany(block => block).ToArray();
                var read = new byte[all.Length];
                await stream.ReadExactlyAsync(read);
                Assert.Equal(all, read);
                stream.Position = 1234;
                await stream.ReadExactlyAsync(read.AsMemory(0, 500));
                Assert.Equal(all[1234..1734], read[..500]);
                stream.Seek(0, SeekOrigin.End);
                Assert.Equal(0, await stream.ReadAsync(read));
            }
        );

    [Fact]
    public async Task Bytes_are_copied_from_a_store_on_disk()
    {
        await InStoreAsync(
            async (_, names) =>
            {
                await using var core = await names.GetAsync("log");
                await core.AppendAllAsync(SourceAsync());
            }
        );
        await InStoreAsync(
            async (_, names) =>
            {
                await using var core = await names.GetAsync("log");
                await using var stream = await core.OpenByteStreamAsync();
                using var copy = new MemoryStream();
                stream.Position = 77;
                await stream.CopyToAsync(copy);
                Assert.Equal(Vectors.Blocks(600).SelectMany(block => block).Skip(77), copy.ToArray());
                Assert.Equal(stream.Length, stream.Position);
            }
        );
    }

    [Fact]
    public Task Block_that_is_written_and_not_told_yet_is_not_read_at_once() =>
        InStoreAsync(
            async (_, names) =>
            {
                await using var core = await names.GetAsync("log");
                await core.AppendAsync([Vectors.Block(0), Vectors.Block(1)]);
                await core.ClearAsync(1, 2);
                using var batch = core.State.Storage.NewBatch();
                batch.PutBlock(1, Vectors.Block(1));
                await core.State.Storage.WriteAsync(batch);
                var read = core.GetAsync(1).AsTask();
                Assert.False(read.IsCompleted);
                Assert.Equal(Vectors.Block(1), await read);
                Assert.True(core.GetAsync(0).AsTask().IsCompletedSuccessfully);
            }
        );

    [Fact]
    public Task Live_reading_goes_on_with_what_is_appended() =>
        InStoreAsync(
            async (_, names) =>
            {
                await using var core = await names.GetAsync("log");
                await core.AppendAsync([Vectors.Block(0), Vectors.Block(1)]);
                var reading = core.ReadBlocksAsync(new CoreRange { IsLive = true, End = 4 }).ToListAsync();
                await core.AppendAsync(Vectors.Block(2));
                await core.AppendAsync(Vectors.Block(3));
                Assert.Equal(Vectors.Blocks(4), await reading);
                await Assert.ThrowsAsync<HypercoreException>(async () =>
                    await core.ReadBlocksAsync(new CoreRange { IsLive = true, Reverse = true }).ToListAsync()
                );
            }
        );

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> SourceAsync()
    {
        foreach (var block in Vectors.Blocks(600))
        {
            await Task.Yield();
            yield return block;
        }
    }

    private Task InStoreAsync(Func<CorestoreStorage, Corestore, Task> body) =>
        InWorld.RunForRealAsync(async loop =>
        {
            await using var store = await CorestoreStorage.OpenAsync(loop, Path.Combine(_folder.FullName, "store"));
            await body(store, await Corestore.OpenAsync(store, default(Bytes32)));
        });
}
