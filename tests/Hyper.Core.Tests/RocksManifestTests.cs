using Hyper.Core.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>The list of tables of a database that RocksDB wrote, with each single bit wrong and cut anywhere.</summary>
public sealed class RocksManifestTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("core-manifest");

    private string Store => Path.Combine(_folder.FullName, "store");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task FindDamage_notices_each_flipped_bit_and_each_cut_but_those_between_records()
    {
        var bytes = await WriteAsync(openings: 3);
        Assert.Null(RocksManifest.FindDamage(new MemoryStream(bytes)));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(RocksManifest.FindDamage(new MemoryStream(bytes)) <= bit / 8, $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        var ends = Enumerable.Range(0, bytes.Length).Where(length => !IsDamaged(bytes[..length])).ToList();
        Assert.InRange(ends.Count, 2, bytes.Length / 8);

        static bool IsDamaged(byte[] bytes) => RocksManifest.FindDamage(new MemoryStream(bytes)) is not null;
    }

    [Fact]
    public async Task OpenAsync_refuses_a_list_that_ends_in_a_record()
    {
        await WriteAsync(openings: 1);
        var path = FindPath();
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
            file.SetLength(file.Length - 1);
        var error = await Assert.ThrowsAsync<HypercoreException>(() => InStoreAsync(_ => Task.CompletedTask));
        Assert.Equal(HypercoreErrorCode.StorageCorrupt, error.Code);
        Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindDamage_random_bytes_are_read_to_an_end()
    {
        var random = TestSeed.NewRandom();
        for (var left = FuzzBudget.Inputs(oneIn: 10); left > 0; left--)
        {
            var bytes = new byte[random.Next(70_000)];
            if (random.Next(2) == 0)
                random.NextBytes(bytes);
            var at = RocksManifest.FindDamage(new MemoryStream(bytes));
            Assert.True(bytes.Length == 0 ? at is null : at < bytes.Length);
        }
    }

    private async Task<byte[]> WriteAsync(int openings)
    {
        for (var i = 0; i < openings; i++)
        {
            await InStoreAsync(async store =>
            {
                await using var core = await (await Corestore.OpenAsync(store, default(Bytes32))).GetAsync("log");
                await core.AppendAsync(Vectors.Block(i));
            });
        }
        return await File.ReadAllBytesAsync(FindPath());
    }

    private string FindPath() => Assert.Single(Directory.GetFiles(Store, "MANIFEST-*", SearchOption.AllDirectories));

    private Task InStoreAsync(Func<CorestoreStorage, Task> body) =>
        InWorld.RunForRealAsync(async loop =>
        {
            await using var store = await CorestoreStorage.OpenAsync(loop, Store);
            await body(store);
        });
}
