using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Proofs that carry everything with them, against hypercore 11.18.3.</summary>
public sealed class RemoteProofTests
{
    private const string File = "hypercore-remote-proof.json";

    [Fact]
    public void Proofs_have_the_bytes_of_JavaScript_and_are_believed_by_a_store_that_knows_the_manifest() =>
        InWorld.Run(async loop =>
        {
            var recorded = Vectors.Load(File).GetProperty("vectors");
            using var keyPair = KeyPair.FromSeed([.. Enumerable.Repeat((byte)1, KeyPair.SeedBytes)]);
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store, new() { KeyPair = keyPair });
            Assert.Equal(recorded.Hex32("key"), core.Key);
            for (var i = 0; i < 6; i++)
                await core.AppendAsync(TextEncoding.UTF8.GetBytes($"block-{i}"));
            await using var other = CorestoreStorage.CreateInMemory(loop);
            var manifest = new HypercoreOptions { Manifest = core.Manifest, Key = core.Key };
            await using var known = await Hypercore.OpenAsync(other, manifest);
            foreach (var entry in recorded.GetProperty("proofs").EnumerateArray())
            {
                var index = entry.Number("index");
                var proof = await core.CreateRemoteProofAsync(index);
                Assert.Equal(entry.Text("proof_hex"), Convert.ToHexStringLower(proof));
                foreach (var (place, isNewer) in ((CorestoreStorage, bool)[])[(store, false), (other, true)])
                {
                    var read = await place.VerifyRemoteProofAsync(proof);
                    Assert.NotNull(read);
                    Assert.Equal(
                        (recorded.Hex32("key"), recorded.Hex32("discoveryKey")),
                        (read.Key, read.DiscoveryKey)
                    );
                    Assert.Equal((6UL, isNewer, (ulong?)index), (read.Length, read.IsNewer, read.Index));
                    Assert.Equal(entry.Text("block_utf8"), TextEncoding.UTF8.GetString(read.Block.Span));
                }
            }
        });

    [Fact]
    public void Proof_of_another_core_is_read_as_JavaScript_read_it() =>
        InWorld.Run(async loop =>
        {
            var expected = Vectors.One("sessions.json", "fully-remote-proof").Expected();
            var proof = expected.Hex("proof");
            await using var store = CorestoreStorage.CreateInMemory(loop);
            Assert.Null(await store.VerifyRemoteProofAsync(proof));
            // Its manifest stands at its end.
            byte[] beginning = [1, 0, 0, 1, 1, 0, .. Internal.CoreNamespaces.Default.Span];
            var at = proof.AsSpan().LastIndexOf(beginning);
            Assert.True(Manifest.TryRead(proof.AsSpan(at), out var manifest));
            var options = new HypercoreOptions { Manifest = manifest, Key = manifest.ComputeKey() };
            await using var core = await Hypercore.OpenAsync(store, options);
            Assert.Equal(expected.Hex32("key"), core.Key);
            var read = await store.VerifyRemoteProofAsync(proof);
            Assert.NotNull(read);
            var verified = expected.GetProperty("verified");
            Assert.Equal((verified.Number("length"), verified.Hex32("key")), (read.Length, read.Key));
        });

    [Fact]
    public void Proof_with_any_bit_changed_says_nothing_else_and_the_referrer_counts() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            var refused = await Assert.ThrowsAsync<HypercoreException>(() => core.CreateRemoteProofAsync());
            Assert.Equal(HypercoreErrorCode.InvalidOperation, refused.Code);
            await core.AppendAsync([Vectors.Block(1), Vectors.Block(2), Vectors.Block(3)]);
            await core.SetUserDataAsync("referrer", new byte[] { 1, 2 });
            var good = await core.CreateRemoteProofAsync(1);
            Assert.NotNull(await store.VerifyRemoteProofAsync(good, new byte[] { 1, 2 }));
            Assert.Null(await store.VerifyRemoteProofAsync(good, new byte[] { 1 }));
            Assert.Null((await store.VerifyRemoteProofAsync(await core.CreateRemoteProofAsync()))!.Index);
            for (var bit = 0; bit < 8 * good.Length; bit++)
            {
                byte[] bad = [.. good];
                bad[bit / 8] ^= (byte)(1 << (bit % 8));
                if (await store.VerifyRemoteProofAsync(bad) is not { } read)
                    continue;
                // Flags without a meaning, the request's id, and the manifest, which is not looked at.
                Assert.Equal((core.Key, 0UL, 3UL), (read.Key, read.Fork, read.Length));
                if (read.Index is null)
                    continue;
                Assert.Equal(1UL, read.Index);
                Assert.Equal(Vectors.Block(2), read.Block.ToArray());
            }
            for (var length = 0; length < good.Length; length++)
                Assert.Null(await store.VerifyRemoteProofAsync(good.AsMemory(0, length)));
        });
}
