using Hyper.Core.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

public sealed class EncryptionTests
{
    private static readonly Bytes32 _secret = new([.. Enumerable.Repeat((byte)0x41, Bytes32.Length)]);

    [Theory]
    [InlineData("encryption/default", false, false)]
    [InlineData("encryption/block", true, false)]
    [InlineData("encryption/compat", false, true)]
    public void Blocks_are_those_of_JavaScript(string id, bool isBlockKey, bool isCompat)
    {
        var vector = Vectors.One("keys-manifests.json", id);
        var input = vector.Input();
        var plain = TextEncoding.UTF8.GetBytes(input.Text("plain"));
        var encryption = new BlockEncryption(input.Hex32("encryptionKey"), isBlockKey);
        using var cipher = new BlockCipher(encryption, input.Hex32("key"), isCompat);
        var stored = cipher.Seal(input.Number("index"), input.Number("fork"), plain);
        Assert.Equal(vector.Expected().Hex("stored"), stored);
        Assert.Equal(plain, cipher.TryOpen(input.Number("index"), stored));
        if (!isCompat && !isBlockKey)
            Assert.Equal(
                vector.Expected().Hex32("blockKey"),
                BlockEncryption.DeriveBlockKey(input.Hex32("key"), input.Hex32("encryptionKey"))
            );
    }

    [Fact]
    public void Lengths_and_seeks_do_not_see_the_padding() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await OpenAsync(store);
            var plain = Vectors.Blocks(40).ToArray();
            var bytes = 0UL;
            foreach (var block in plain)
            {
                Assert.Equal(new CorePosition(core.Length, 0), await core.SeekAsync(bytes));
                bytes += (ulong)block.Length;
                var end = await core.AppendAsync(block);
                Assert.Equal((core.Length, bytes), (end.Length, end.ByteLength));
            }
            Assert.Equal((bytes, 8), (core.ByteLength, core.GetInfo().Padding));
            Assert.Equal(bytes + (8 * core.Length), core.State.Head.ByteLength);
            var at = 0UL;
            for (var i = 0; i < plain.Length; i++)
            {
                Assert.Equal(plain[i], await core.GetAsync((ulong)i));
                if (plain[i].Length > 2)
                    Assert.Equal(new CorePosition((ulong)i, 2), await core.SeekAsync(at + 2));
                at += (ulong)plain[i].Length;
            }
        });

    [Fact]
    public void Sessions_of_an_encrypted_core_read_and_write_encrypted() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await OpenAsync(store);
            await core.AppendAsync(Vectors.Block(3));
            await using var snapshot = await core.OpenSnapshotAsync();
            await using var branch = await core.OpenSessionAsync("branch");
            await branch.AppendAsync(Vectors.Block(4));
            await core.TruncateAsync(0);
            await core.AppendAsync([Vectors.Block(5), Vectors.Block(6)]);
            Assert.Equal(Vectors.Block(3), await snapshot.GetAsync(0));
            Assert.Equal(Vectors.Block(4), await branch.GetAsync(1));
            Assert.Equal(Vectors.Block(6), await core.GetAsync(1));

            var atom = store.CreateAtom();
            await using var inside = core.OpenInAtom(atom);
            await inside.AppendAsync(Vectors.Block(7));
            Assert.Equal(Vectors.Block(7), await inside.GetAsync(2));
            await atom.FlushAsync();
            Assert.Equal(Vectors.Block(7), await core.GetAsync(2));
        });

    [Fact]
    public void Fork_is_part_of_the_nonce_and_named_sessions_take_that_of_the_core() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await OpenAsync(store);
            await core.AppendAsync(Vectors.Block(3));
            var before = await core.State.Storage.GetBlockAsync(0);
            await core.TruncateAsync(0);
            await core.AppendAsync(Vectors.Block(3));
            var after = await core.State.Storage.GetBlockAsync(0);
            Assert.NotEqual(before, after);
            await using var branch = await core.OpenSessionAsync("branch");
            await branch.TruncateAsync(0);
            await branch.AppendAsync(Vectors.Block(3));
            Assert.Equal(2UL, branch.Fork);
            Assert.Equal(after, await branch.State.Storage.GetBlockAsync(0));
        });

    [Fact]
    public void Another_key_gives_other_bytes_and_none_gives_the_stored_ones() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            var names = await Corestore.OpenAsync(store, default(Bytes32));
            await using var core = await names.GetAsync("log", new BlockEncryption(_secret));
            await core.AppendAsync([Vectors.Block(3), Vectors.Block(10)]);
            await using var wrong = await names.GetAsync("log", new BlockEncryption(core.Key));
            var garbled = await wrong.GetAsync(0);
            Assert.Equal(Vectors.Block(3).Length, garbled!.Length);
            Assert.NotEqual(Vectors.Block(3), garbled);
            await using var bare = await names.GetAsync(core.Key);
            Assert.Equal(await core.State.Storage.GetBlockAsync(0), await bare.GetAsync(0));
            // A block of no bytes is stored as its padding, and one that was written without encryption is refused.
            Assert.Empty((await core.GetAsync(1))!);
            await bare.AppendAsync(new byte[] { 1, 2, 3 });
            var error = await Assert.ThrowsAsync<HypercoreException>(() => core.GetAsync(2).AsTask());
            Assert.Equal(HypercoreErrorCode.DecodingError, error.Code);
            await using var derived = await names.GetAsync(
                core.Key,
                encryption: new BlockEncryption(BlockEncryption.DeriveBlockKey(core.Key, _secret), isBlockKey: true)
            );
            Assert.Equal(Vectors.Block(3), await derived.GetAsync(0));
        });

    [Fact]
    public Task Appends_that_wait_together_are_encrypted_each_by_its_own_session() =>
        InWorld.RunForRealAsync(async loop =>
        {
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await using var core = await OpenAsync(store);
            await using var bare = await Hypercore.OpenAsync(store, new() { Key = core.Key });
            values.Gate.Reset();
            var appends = new List<Task<CoreLength>>();
            for (var i = 0; i < 30; i++)
                appends.Add((i % 3 == 0 ? bare : core).AppendAsync(Vectors.Block(i)));
            values.Gate.Set();
            await Task.WhenAll(appends);
            for (var i = 0; i < 30; i++)
                Assert.Equal(Vectors.Block(i), await (i % 3 == 0 ? bare : core).GetAsync((ulong)i));
        });

    [Fact]
    public void Core_whose_kind_becomes_known_later_is_decrypted_by_that_kind() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var other = CorestoreStorage.CreateInMemory(loop);
            var options = new HypercoreOptions { IsCompat = true, Encryption = new BlockEncryption(_secret) };
            await using var core = await Hypercore.OpenAsync(store, options);
            await core.AppendAsync(Vectors.Block(3));
            await using var reader = await Hypercore.OpenAsync(
                other,
                new() { Key = core.Key, Encryption = new BlockEncryption(_secret) }
            );
            Assert.Null(await reader.GetAsync(0));
            var (_, proof) = await core.State.ProveAsync(
                new ProofRequest { Block = new BlockRequest(0, 0), Upgrade = new UpgradeRequest(0, 1) }
            );
            Assert.True((await reader.State.ApplyAsync(proof))!.Value.IsValid);
            Assert.Equal(Vectors.Block(3), await reader.GetAsync(0));
        });

    [Fact]
    public void Block_that_would_be_too_long_with_its_padding_is_refused() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await OpenAsync(store);
            await core.AppendAsync(new byte[Hypercore.MaxBlockBytes - 8]);
            await Assert.ThrowsAsync<HypercoreException>(() => core.AppendAsync(new byte[Hypercore.MaxBlockBytes - 7]));
        });

    private static Task<Hypercore> OpenAsync(CorestoreStorage store) =>
        Hypercore.OpenAsync(store, new() { Encryption = new BlockEncryption(_secret) });
}
