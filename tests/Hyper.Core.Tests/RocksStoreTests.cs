using Hyper.Core.Internal;
using Hyper.Crypto;
using TestKit;

namespace Hyper.Core.Tests;

public sealed class RocksStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyper-core");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public Task Random_use_agrees_with_a_list_and_survives_reopening() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var random = TestSeed.NewRandom();
            var model = new List<byte[]?>();
            using var keyPair = KeyPair.Generate();
            for (var round = 0; round < 8; round++)
            {
                await using var store = await CorestoreStorage.OpenAsync(loop, _folder.FullName);
                await using var core = await Hypercore.OpenAsync(store, new() { KeyPair = keyPair });
                await HypercoreTests.CheckAsync(core, model);
                for (var step = 0; step < 20; step++)
                    await HypercoreTests.StepAsync(core, model, random);
                if (round == 4)
                    await store.FlushAsync();
                await HypercoreTests.CheckAsync(core, model);
            }
        });

    [Fact]
    public Task Same_calls_leave_the_same_keys_as_in_memory() =>
        InWorld.RunForRealAsync(async loop =>
        {
            using var keyPair = KeyPair.FromSeed(new byte[32]);
            await using var memory = CorestoreStorage.CreateInMemory(loop);
            await using var disk = await CorestoreStorage.OpenAsync(loop, _folder.FullName);
            foreach (var store in (CorestoreStorage[])[memory, disk])
            {
                await using var core = await Hypercore.OpenAsync(store, new() { KeyPair = keyPair });
                await core.AppendAsync([.. Vectors.Blocks(200).Select(block => (ReadOnlyMemory<byte>)block)]);
                await core.TruncateAsync(20);
                await core.AppendAsync(new byte[100_000]);
                await core.ClearAsync(3, 9);
                await core.SetUserDataAsync("name", new byte[] { 1 });
                await using var session = await core.OpenSessionAsync("branch");
                await session.AppendAsync(Vectors.Block(7));
            }
            var expected = memory.Values.ReadRange([0], [5], int.MaxValue, reverse: false);
            var entries = disk.Values.ReadRange([0], [5], int.MaxValue, reverse: false);
            Assert.Equal(expected.Select(Line), entries.Select(Line));
            var backwards = disk.Values.ReadRange([0], [5], 10, reverse: true);
            Assert.Equal(expected.AsEnumerable().Reverse().Take(10).Select(Line), backwards.Select(Line));
        });

    [Fact]
    public Task Reads_need_no_task_while_the_block_is_in_memory_and_come_from_disk_afterwards() =>
        InWorld.RunForRealAsync(async loop =>
        {
            using var keyPair = KeyPair.Generate();
            await using (var store = await CorestoreStorage.OpenAsync(loop, _folder.FullName))
            {
                await using var core = await Hypercore.OpenAsync(store, new() { KeyPair = keyPair });
                await core.AppendAsync([.. Vectors.Blocks(50).Select(block => (ReadOnlyMemory<byte>)block)]);
                Assert.True(IsReadAtOnce(core, 1));
                await store.FlushAsync();
            }
            await using var again = await CorestoreStorage.OpenAsync(loop, _folder.FullName);
            await using var reopened = await Hypercore.OpenAsync(again, new() { KeyPair = keyPair });
            for (var i = 0; i < 50; i++)
                Assert.Equal(Vectors.Block(i), await reopened.GetAsync((ulong)i));
            // The first read brought its block of the table into the cache.
            Assert.True(IsReadAtOnce(reopened, 1));
        });

    [Fact]
    public Task Open_refuses_a_store_in_use_a_copy_and_an_empty_folder() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var copy = Path.Combine(_folder.FullName, "copy");
            var path = Path.Combine(_folder.FullName, "store");
            Assert.Equal(
                HypercoreErrorCode.StorageEmpty,
                await CodeOfAsync(() => CorestoreStorage.OpenAsync(loop, path, new() { CreateIfMissing = false }))
            );
            await using (var store = await CorestoreStorage.OpenAsync(loop, path))
            {
                Assert.Equal(
                    HypercoreErrorCode.StorageLocked,
                    await CodeOfAsync(() => CorestoreStorage.OpenAsync(loop, path))
                );
                await using var core = await Hypercore.OpenAsync(store);
                await core.AppendAsync(Vectors.Block(1));
            }
            Directory.CreateDirectory(Path.Combine(copy, "db"));
            foreach (var file in Directory.GetFiles(path, "*", SearchOption.AllDirectories))
                File.Copy(file, Path.Combine(copy, Path.GetRelativePath(path, file)));
            Assert.Equal(
                HypercoreErrorCode.StorageConflict,
                await CodeOfAsync(() => CorestoreStorage.OpenAsync(loop, copy))
            );
            await using var again = await CorestoreStorage.OpenAsync(loop, path);
            Assert.Single(await again.ListAsync());
        });

    [Fact]
    public Task Closed_store_refuses_with_a_code() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var store = await CorestoreStorage.OpenAsync(loop, _folder.FullName);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(Vectors.Block(1));
            var snapshot = await core.OpenSnapshotAsync();
            var last = core.AppendAsync(Vectors.Block(2));
            await store.DisposeAsync();
            Assert.Equal(2UL, (await last).Length);
            Assert.Equal(HypercoreErrorCode.SessionClosed, await CodeOfAsync(() => core.AppendAsync(Vectors.Block(1))));
            Assert.Equal(HypercoreErrorCode.SessionClosed, await CodeOfAsync(() => snapshot.GetAsync(0).AsTask()));
        });

    [Theory]
    [InlineData(100, false)]
    [InlineData(100_000, false)]
    [InlineData(100, true)]
    [InlineData(100_000, true)]
    public Task Lent_block_stays_as_it_is_until_it_is_given_back(int size, bool isOnDisk) =>
        InWorld.RunForRealAsync(async loop =>
        {
            var expected = new byte[size];
            TestSeed.NewRandom().NextBytes(expected);
            await using var store = await CorestoreStorage.OpenAsync(loop, _folder.FullName);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(expected);
            if (isOnDisk)
                await store.FlushAsync();
            Assert.Null(await core.State.Storage.LendBlockAsync(1));
            using (var lent = await core.State.Storage.LendBlockAsync(0))
            {
                await core.ClearAsync(0);
                await core.AppendAsync(new byte[size]);
                await store.CompactAsync();
                Assert.True(lent!.Memory.Span.SequenceEqual(expected));
            }
            Assert.Null(await core.State.Storage.LendBlockAsync(0));
        });

    [Fact]
    public Task Block_that_is_lent_when_the_store_closes_is_taken_back() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var store = await CorestoreStorage.OpenAsync(loop, _folder.FullName);
            var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(new byte[100_000]);
            var lent = await core.State.Storage.LendBlockAsync(0);
            await store.DisposeAsync();
            Assert.Throws<ObjectDisposedException>(() => lent!.Memory.Span.Length);
            lent!.Dispose();
        });

    private static bool IsReadAtOnce(Hypercore core, ulong index)
    {
        var read = core.GetAsync(index).AsTask();
        return read.IsCompletedSuccessfully;
    }

    private static string Line(StoredEntry entry) =>
        $"{Convert.ToHexString(entry.Key)} {Convert.ToHexString(entry.Value)}";

    private static async Task<string> CodeOfAsync(Func<Task> work) =>
        (await Assert.ThrowsAsync<HypercoreException>(work)).Code;
}
