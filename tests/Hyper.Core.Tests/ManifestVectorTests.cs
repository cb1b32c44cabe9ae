using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Namespaces, manifests, keys and signables against hypercore 11.18.3.</summary>
public sealed class ManifestVectorTests
{
    private const string File = "keys-manifests.json";

    [Fact]
    public void Namespaces_are_those_of_JavaScript()
    {
        Bytes32[] ours =
        [
            CoreNamespaces.Tree,
            CoreNamespaces.ReplicateInitiator,
            CoreNamespaces.ReplicateResponder,
            CoreNamespaces.Manifest,
            CoreNamespaces.Default,
            CoreNamespaces.DefaultEncryption,
        ];
        for (var i = 0; i < ours.Length; i++)
            Assert.Equal(Expect($"ns/hypercore/{i}"), ours[i]);
        Assert.Equal(Expect("ns/corestore/0"), CoreNamespaces.Corestore);
        Assert.Equal(Expect("ns/wakeup/0"), CoreNamespaces.WakeupInitiator);
        Assert.Equal(Expect("ns/wakeup/1"), CoreNamespaces.WakeupResponder);
    }

    public static TheoryData<string> Manifests() => [.. Vectors.All(File, "manifest/").Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_has_the_bytes_and_key_of_JavaScript(string id)
    {
        var vector = Vectors.One(File, id);
        var expected = vector.Expected();
        var manifest = Manifest.Create(Options(vector.Input()));
        Assert.Equal(expected.Hex("encoded"), manifest.ToBytes());
        Assert.Equal(expected.Hex32("key"), manifest.ComputeKey());
        Assert.Equal(expected.Hex32("discoveryKey"), DiscoveryKey.From(manifest.ComputeKey()));

        Assert.True(Manifest.TryRead(expected.Hex("encoded"), out var read));
        Assert.Equal(manifest.ToBytes(), read.ToBytes());
        Assert.NotNull(read.Normalize());
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_cut_of_a_manifest_is_refused_and_bytes_behind_it_are_ignored(string id)
    {
        var bytes = Vectors.One(File, id).Expected().Hex("encoded");
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(Manifest.TryRead(bytes.AsSpan(0, length), out _));
        Assert.True(Manifest.TryRead([.. bytes, 1, 2, 3], out var read));
        Assert.Equal(bytes, read.ToBytes());
    }

    [Theory]
    [InlineData("manifest-refused/v1-with-linked")]
    [InlineData("manifest-refused/v1-with-userdata")]
    [InlineData("manifest-refused/hash-sha")]
    [InlineData("manifest-refused/signer-no-pk")]
    public void Create_refuses_what_JavaScript_refuses(string id)
    {
        var vector = Vectors.One(File, id);
        Assert.StartsWith("BAD_ARGUMENT", vector.Expected().GetString(), StringComparison.Ordinal);
        var error = Assert.Throws<HypercoreException>(() => Manifest.Create(Options(vector.Input())));
        Assert.Equal(HypercoreErrorCode.BadArgument, error.Code);
    }

    [Fact]
    public void Manifest_of_an_old_core_is_made_from_any_key_and_is_what_Create_makes()
    {
        Assert.Equal(default, Assert.Single(Manifest.ForSigner(default).Signers).PublicKey);
        var key = Expect("key/compat-key");
        Assert.Equal(Manifest.Create(new() { Signers = [new(key)] }).ToBytes(), Manifest.ForSigner(key).ToBytes());
    }

    [Theory]
    [InlineData("manifest-refused/prologue-short")]
    [InlineData("manifest-refused/linked-short")]
    public void Hash_or_key_that_is_too_short_is_refused_before_there_is_a_manifest(string id)
    {
        var vector = Vectors.One(File, id);
        Assert.StartsWith("BAD_ARGUMENT", vector.Expected().GetString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Manifest.Create(Options(vector.Input())));
    }

    [Fact]
    public void Create_refuses_a_quorum_that_no_one_can_meet_as_11_37_does()
    {
        var options = Options(Vectors.One(File, "manifest-refused/quorum-too-high").Input());
        Assert.Throws<HypercoreException>(() => Manifest.Create(options));
    }

    [Fact]
    public void TryRead_refuses_what_JavaScript_refuses()
    {
        foreach (var vector in Vectors.All(File, "manifest-decode/"))
        {
            // 11.37 knows version 3, 11.18 does not; we read what either of them writes.
            var isNewer = vector.Id() == "manifest-decode/unknown-version";
            Assert.Equal(isNewer, Manifest.TryRead(vector.Input().Hex(), out _));
        }
        Assert.False(Manifest.TryRead([4, 0, 0, 1, 0, 0], out _));
    }

    [Fact]
    public void TryRead_keys_a_manifest_by_its_meaning_not_by_its_spelling()
    {
        var bytes = Vectors.One(File, "manifest/v1-default").Expected().Hex("encoded");
        Assert.True(Manifest.TryRead(bytes, out var plain));
        // Version and quorum as three-byte numbers, and a flag that no one knows.
        byte[] odd = [0xfd, 1, 0, (byte)(bytes[1] | 0x40), 0, 0xfd, bytes[3], 0, .. bytes[4..]];
        Assert.True(Manifest.TryRead(odd, out var read));
        Assert.Equal(plain.ComputeKey(), read.ComputeKey());
    }

    [Fact]
    public void Compat_key_is_the_public_key_of_the_only_signer()
    {
        var key = Expect("key/compat-key");
        var manifest = Manifest.ForSigner(key);
        Assert.True(manifest.IsCompat(key));
        Assert.True(manifest.Fits(key));
        Assert.Equal(Expect("key/key-from-pubkey"), manifest.ComputeKey());
        Assert.True(manifest.Fits(manifest.ComputeKey()));
        Assert.False(manifest.Fits(Expect("ns/hypercore/0")));
        Assert.Equal(
            Expect("key/key-from-pubkey-v0"),
            Manifest.Create(new() { Version = 0, Signers = [new(key)] }).ComputeKey()
        );
    }

    [Fact]
    public void Signer_of_another_namespace_makes_another_key()
    {
        var space = new Bytes32([.. Enumerable.Repeat((byte)0x55, Bytes32.Length)]);
        var options = new ManifestOptions { Signers = [new(Expect("key/compat-key"), space)] };
        Assert.Equal(Expect("key/key-from-pubkey-ns"), Manifest.Create(options).ComputeKey());
    }

    [Fact]
    public void Key_pairs_and_capabilities_are_those_of_JavaScript()
    {
        foreach (var vector in Vectors.All(File, "keypair/"))
        {
            using var keyPair = KeyPair.FromSeed(vector.Input().Hex("seed"));
            Assert.Equal(vector.Expected().Hex32("publicKey"), keyPair.PublicKey);
            var secretKey = new byte[KeyPair.SecretKeyBytes];
            keyPair.ExportSecretKey(secretKey);
            Assert.Equal(vector.Expected().Hex("secretKey"), secretKey);
        }
        foreach (var isInitiator in (bool[])[true, false])
        {
            var vector = Vectors.One(File, isInitiator ? "capability/initiator" : "capability/responder");
            var (key, hash) = (vector.Input().Hex32("key"), vector.Input().Hex("handshakeHash"));
            Assert.Equal(new Bytes32(vector.Expected().Hex()), ReplicationCapability.Compute(isInitiator, key, hash));
        }
    }

    [Fact]
    public void Signables_are_those_of_JavaScript()
    {
        Span<byte> room = stackalloc byte[Signable.MaxBytes];
        foreach (var vector in Vectors.All(File, "signable/"))
        {
            var input = vector.Input();
            var hash = input.Hex32("treeHash");
            var (length, fork) = (input.Number("length"), input.Number("fork"));
            var signable = vector.Id() switch
            {
                "signable/v1" => Signable.Write(room, input.Hex32("manifestHash"), hash, length, fork),
                "signable/compat" => Signable.WriteCompat(room, false, hash, length, fork),
                _ => Signable.WriteCompat(room, true, hash, length, fork),
            };
            Assert.Equal(vector.Expected().Hex(), signable);
        }
    }

    internal static ManifestOptions Options(JsonElement input) =>
        new()
        {
            Version = input.Has("version") ? (int)input.Number("version") : null,
            Hash = input.Has("hash") ? input.Text("hash") : "blake2b",
            AllowPatch = input.Has("allowPatch") && input.GetProperty("allowPatch").GetBoolean(),
            Quorum = input.Has("quorum") ? (int)input.Number("quorum") : null,
            Signers = [.. input.GetProperty("signers").EnumerateArray().Select(Signer)],
            Prologue = input.Has("prologue")
                ? new(input.GetProperty("prologue").Hex32("hash"), input.GetProperty("prologue").Number("length"))
                : null,
            Linked = input.Has("linked")
                ? [.. input.GetProperty("linked").EnumerateArray().Select(key => new Bytes32(key.Hex()))]
                : null,
            UserData = input.Has("userData") ? input.Hex("userData") : (ReadOnlyMemory<byte>?)null,
        };

    private static ManifestSigner Signer(JsonElement signer) =>
        signer.Has("publicKey") ? new(signer.Hex32("publicKey"), signer.Hex32("namespace")) : default;

    private static Bytes32 Expect(string id) => new(Vectors.One(File, id).Expected().Hex());
}
