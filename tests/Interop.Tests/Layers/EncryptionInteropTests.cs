using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>Encrypted cores, handed to and fro: equal bytes are stored, and each side reads what the other wrote.</summary>
public sealed class EncryptionInteropTests(NodePartners partners) : IDisposable
{
    private const int Blocks = 12;

    private static readonly byte[] _secret = [.. Enumerable.Repeat((byte)7, Bytes32.Length)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-encryption");

    public static TheoryData<PartnerSet, bool> Kinds =>
        new()
        {
            { PartnerSet.CoresPinned, false },
            { PartnerSet.CoresPinned, true },
            { PartnerSet.CoresNewest, false },
            { PartnerSet.CoresNewest, true },
        };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Cores_of_theirs_and_ours_are_encrypted_alike(PartnerSet set, bool isBlockKey)
    {
        var (ours, theirs) = (Path.Combine(_folder.FullName, "ours"), Path.Combine(_folder.FullName, "theirs"));
        await using var partner = await partners.StartAsync(set);
        var stored = new List<string>();
        await using (var store = await JsStore.OpenAsync(partner, theirs, primaryKey: new byte[32]))
        {
            var core = await store.GetAsync("log", encryptionKey: _secret, isBlockKey: isBlockKey);
            await core.AppendAsync(Enumerable.Range(0, Blocks).Select(Block));
            // The fork is part of what encrypts.
            await core.TruncateAsync(Blocks - 3);
            await core.AppendAsync(Enumerable.Range(100, 3).Select(Block));
            for (var i = 0; i < Blocks; i++)
                stored.Add(Convert.ToHexStringLower((await core.ReadRawAsync((ulong)i))!));
        }

        await InStoreAsync(
            ours,
            async names =>
            {
                await using var core = await names.GetAsync("log", Encryption(isBlockKey));
                for (var i = 0; i < Blocks; i++)
                    await core.AppendAsync(Block(i));
                await core.TruncateAsync(Blocks - 3);
                await core.AppendAsync([Block(100), Block(101), Block(102)]);
                await using var bare = await names.GetAsync(core.Key);
                for (var i = 0; i < Blocks; i++)
                    Assert.Equal(stored[i], Convert.ToHexStringLower((await bare.GetAsync((ulong)i))!));
            }
        );
        await InStoreAsync(
            theirs,
            async names =>
            {
                await using var core = await names.GetAsync("log", Encryption(isBlockKey));
                for (var i = 0; i < Blocks; i++)
                    Assert.Equal(Expected(i), await core.GetAsync((ulong)i));
                await core.AppendAsync(Block(200));
            }
        );
        foreach (var path in (string[])[ours, theirs])
        {
            await using var store = await JsStore.OpenAsync(partner, path);
            var core = await store.GetAsync("log", encryptionKey: _secret, isBlockKey: isBlockKey);
            for (var i = 0; i < Blocks; i++)
                Assert.Equal(Expected(i), await core.ReadAsync((ulong)i));
            if (path == theirs)
                Assert.Equal(Block(200), await core.ReadAsync(Blocks));
            // Seeks do not see the padding.
            Assert.Equal((2UL, 1UL), await core.SeekAsync((ulong)(Block(0).Length + Block(1).Length + 1)));
        }
    }

    [Theory]
    [InlineData(PartnerSet.CoresPinned)]
    [InlineData(PartnerSet.CoresNewest)]
    public async Task Wrong_key_garbles_on_both_sides_alike(PartnerSet set)
    {
        var path = Path.Combine(_folder.FullName, "store");
        await using var partner = await partners.StartAsync(set);
        byte[]? theirs;
        await using (var store = await JsStore.OpenAsync(partner, path, primaryKey: new byte[32]))
        {
            var core = await store.GetAsync("log", encryptionKey: _secret);
            await core.AppendAsync([Block(50)]);
            theirs = await (await store.GetAsync("log", encryptionKey: new byte[32])).ReadAsync(0);
        }
        await InStoreAsync(
            path,
            async names =>
            {
                await using var core = await names.GetAsync("log", new BlockEncryption(default));
                var garbled = await core.GetAsync(0);
                Assert.NotEqual(Block(50), garbled);
                Assert.Equal(theirs, garbled);
            }
        );
    }

    private static byte[] Expected(int i) => i < Blocks - 3 ? Block(i) : Block(100 + i - (Blocks - 3));

    private static BlockEncryption Encryption(bool isBlockKey) => new(new Bytes32(_secret), isBlockKey);

    private static byte[] Block(int i) => [.. Enumerable.Range(0, 3 + (i * 37 % 91)).Select(j => (byte)(i + j))];

    private static async Task InStoreAsync(string path, Func<Corestore, Task> body)
    {
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                await using var store = await CorestoreStorage.OpenAsync(loop, path);
                await body(await Corestore.OpenAsync(store, default(Bytes32)));
            })
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }
}
