using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Signature containers with several signers and patches against hypercore 11.18.3.</summary>
public sealed class MultiSignatureVectorTests
{
    private const string File = "multisig.json";

    public static TheoryData<string> Containers() =>
        [.. Vectors.All(File, "multisig/").Where(vector => vector.Input().Has("proofs")).Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Containers))]
    public void Container_has_the_bytes_and_the_verdict_of_JavaScript(string id)
    {
        var vector = Vectors.One(File, id);
        var input = vector.Input();
        var verifier = Read(input);
        var tree = Tree((int)input.Number("commit_length"));
        Assert.Equal(input.Hex32("treeHash"), tree.ComputeHash());
        var container = verifier.Assemble([.. input.GetProperty("proofs").EnumerateArray().Select(Part)]);
        Assert.Equal(vector.Expected().Hex("container"), container);
        Assert.Equal(vector.Expected().GetProperty("verifies").GetBoolean(), verifier.Verify(tree, container));
    }

    [Theory]
    [InlineData("multisig/v0/")]
    [InlineData("multisig/v1/")]
    public void Tampered_container_is_refused(string prefix)
    {
        var verifier = Read(Vectors.One(File, $"{prefix}two-equal-length-needs-patch").Input());
        var tampered = Vectors.All(File, $"{prefix}tamper").ToList();
        Assert.Equal(3, tampered.Count);
        foreach (var vector in tampered)
            Assert.False(verifier.Verify(Tree(10), vector.Input().Hex("container")));
    }

    [Theory]
    [InlineData("multisig/v0/")]
    [InlineData("multisig/v1/")]
    public void Any_changed_byte_of_what_the_quorum_signed_is_refused(string prefix)
    {
        var vector = Vectors.One(File, $"{prefix}two-equal-length-needs-patch");
        var verifier = Read(vector.Input());
        var good = vector.Expected().Hex("container");
        Assert.True(verifier.Verify(Tree(10), good));
        var accepted = 0;
        for (var at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 1;
            accepted += verifier.Verify(Tree(10), bad) ? 1 : 0;
        }
        // Version 0 carries a start and node references that nobody reads, and flags with seven unused bits.
        Assert.InRange(accepted, 0, prefix.Contains("v0", StringComparison.Ordinal) ? 4 : 0);
        for (var length = 0; length < good.Length; length++)
            Assert.False(verifier.Verify(Tree(10), good.AsMemory(0, length)));
    }

    [Theory]
    [InlineData("multisig/v0/")]
    [InlineData("multisig/v1/")]
    public void Patch_counts_only_where_the_manifest_allows_it(string prefix)
    {
        var patched = Vectors.One(File, $"{prefix}two-equal-length-needs-patch");
        Assert.True(Manifest.TryRead(patched.Input().Hex("manifest"), out var manifest));
        var strict = manifest with { AllowPatch = false };
        Assert.Equal(Vectors.One(File, $"{prefix}patch-not-allowed").Input().Hex32("key"), strict.ComputeKey());
        var verifier = new Verifier(strict.ComputeKey(), strict);
        Assert.False(verifier.Verify(Tree(10), patched.Expected().Hex("container")));

        var equal = Vectors.One(File, $"{prefix}no-patch-ok");
        Assert.Equal(
            equal.Expected().GetProperty("verifies").GetBoolean(),
            verifier.Verify(Tree(10), equal.Expected().Hex("container"))
        );
    }

    [Fact]
    public void Prologue_needs_no_signature_at_its_length_and_refuses_below()
    {
        var vector = Vectors.One(File, "prologue/equal-length-no-signature");
        var verifier = Read(vector.Input());
        Assert.True(verifier.Verify(Tree((int)vector.Input().Number("length")), default));
        var shorter = Vectors.One(File, "prologue/shorter-always-refused");
        Assert.False(verifier.Verify(Tree((int)shorter.Input().Number("length")), default));
        var longer = Vectors.One(File, "prologue/longer-needs-quorum");
        var tree = Tree((int)longer.Input().Number("length"));
        Assert.Equal(longer.Expected().GetProperty("verifies_null").GetBoolean(), verifier.Verify(tree, default));
        Assert.Equal(
            longer.Expected().GetProperty("verifies_quorum").GetBoolean(),
            verifier.Verify(tree, verifier.Assemble([Sign(verifier, tree, 0), Sign(verifier, tree, 1)]))
        );
        Assert.False(verifier.Verify(tree, verifier.Assemble([Sign(verifier, tree, 0)])));
        Assert.False(verifier.Verify(ModelTree11(), default));

        static TreeBatch ModelTree11() => new(ModelTree.Of(Vectors.Blocks(11).Skip(1)).Head);
    }

    [Fact]
    public void Signable_length_is_what_a_quorum_has_reached()
    {
        foreach (var entry in Vectors.One(File, "signableLength").Expected().EnumerateArray())
        {
            ulong[] lengths = [.. entry[0].EnumerateArray().Select(length => length.GetUInt64())];
            Assert.Equal(entry[2].GetUInt64(), Verifier.GetSignableLength(lengths, entry[1].GetInt32()));
        }
    }

    [Fact]
    public void Sign_refuses_a_key_that_is_no_signer()
    {
        var verifier = Read(Vectors.One(File, "multisig/v1/one-only").Input());
        using var stranger = KeyPair.FromSeed(new byte[32]);
        var error = Assert.Throws<HypercoreException>(() => verifier.Sign(Tree(1), stranger));
        Assert.Equal(HypercoreErrorCode.BadArgument, error.Code);
    }

    [Theory]
    [InlineData("multisig/v0/verifier-sign-with-third-key", "multisig/v0/two-equal-length-needs-patch", 10)]
    [InlineData("multisig/v1/verifier-sign-with-third-key", "multisig/v1/two-equal-length-needs-patch", 10)]
    public void Signature_of_the_third_signer_has_the_bytes_of_JavaScript(string id, string manifest, int length)
    {
        var verifier = Read(Vectors.One(File, manifest).Input());
        var part = Sign(verifier, Tree(length), 2);
        Assert.Equal(Vectors.One(File, id).Expected().GetString(), Convert.ToHexStringLower(part.Proof.Signature.Span));
    }

    /// <summary>What one of the signers says of a tree: seeds of the signers are 1, 2, 3.</summary>
    private static PartialSignature Sign(Verifier verifier, TreeBatch tree, int signer)
    {
        using var keyPair = KeyPair.FromSeed([.. Enumerable.Repeat((byte)(signer + 1), KeyPair.SeedBytes)]);
        Assert.Equal(verifier.Manifest.Signers[signer].PublicKey, keyPair.PublicKey);
        var room = new byte[Signable.MaxBytes];
        var space =
            verifier.Version == 0 ? verifier.Manifest.Signers[signer].Namespace : verifier.Manifest.ComputeKey();
        var signature = new byte[64];
        keyPair.Sign(Signable.Write(room, space, tree.ComputeHash(), tree.Length, tree.Fork), signature);
        return new PartialSignature(new SignatureProof((ulong)signer, signature, 0), []);
    }

    private static TreeBatch Tree(int length) => new(ModelTree.Of(length).Head);

    private static Verifier Read(JsonElement input)
    {
        Assert.True(Manifest.TryRead(input.Hex("manifest"), out var manifest));
        Assert.Equal(input.Hex32("key"), manifest.ComputeKey());
        return new Verifier(manifest.ComputeKey(), manifest);
    }

    private static PartialSignature Part(JsonElement proof) =>
        new(
            new SignatureProof(proof.Number("signer"), proof.Hex("signature"), proof.Number("patch")),
            proof.Has("nodes") ? proof.GetProperty("nodes").Nodes() : []
        );
}
