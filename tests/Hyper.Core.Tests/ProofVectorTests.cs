using Hyper.Core.Internal;
using Hyper.Crypto;

namespace Hyper.Core.Tests;

/// <summary>Answers to 44 requests, and what becomes of 28 proofs, against hypercore 11.18.3.</summary>
public sealed class ProofVectorTests
{
    private const string Proofs = "proofs.json";
    private const string Verifies = "verify.json";

    private static readonly KeyPair _signer = KeyPair.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);

    public static TheoryData<string> Requests() => [.. Vectors.All(Proofs).Select(vector => vector.Id())];

    public static TheoryData<string> Messages() => [.. Vectors.All(Verifies).Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Requests))]
    public void Build_answers_as_JavaScript(string id)
    {
        var vector = Vectors.One(Proofs, id);
        var expected = vector.Expected();
        var request = Vectors.DecodeRequest(vector.Input().Hex("wire_request"));
        var tree = ModelTree.Of(70, _signer);
        foreach (var fromDisk in (bool[])[false, true])
        {
            tree.IsAllOnDisk = fromDisk;
            var verdict = tree.Prove(request.Proof, out var proof);
            if (expected.Has("error"))
            {
                Assert.Equal(expected.Text("error"), verdict.Code);
                continue;
            }
            if (id.Contains("NaN defect", StringComparison.Ordinal))
            {
                // The byte is not below that node. JavaScript refuses this below the first root, and cannot tell elsewhere.
                Assert.Equal(HypercoreErrorCode.InvalidOperation, verdict.Code);
                continue;
            }
            Assert.Equal(ProofVerdict.Valid, verdict);
            if (request.Proof.Manifest)
                proof = proof with { Manifest = Manifest.ForSigner(_signer.PublicKey) };
            if (expected.Has("wire_data"))
                Assert.Equal(
                    expected.Text("wire_data"),
                    Convert.ToHexStringLower(Vectors.Encode(new(request.Id, proof)))
                );
        }
    }

    [Fact]
    public void Build_seeks_below_the_second_root_where_JavaScript_cannot()
    {
        var tree = ModelTree.Of(70, _signer);
        var bytes = (ulong)tree.Blocks.Take(67).Sum(block => block.Length);
        var request = new ProofRequest { Hash = new(130, 1), Seek = new(bytes + 1, 0) };
        Assert.True(TreeQueries.TryGetByteOffset(tree.Head, 131, tree.Read(), out var offset));
        Assert.InRange(bytes + 1, offset, tree.Head.ByteLength);
        var verdict = tree.Prove(new ProofRequest { Hash = new(128, 2), Seek = new(bytes + 1, 0) }, out var proof);
        Assert.Equal(ProofVerdict.Valid, verdict);
        Assert.NotNull(proof.Seek);
        Assert.Equal(ProofVerdict.Valid, ModelTree.Of(70, _signer).Apply(proof, Key(tree)));
        Assert.Equal(HypercoreErrorCode.InvalidOperation, tree.Prove(request, out _).Code);
    }

    [Fact]
    public void Build_refuses_a_node_across_the_beginning_of_an_upgrade_with_a_seek_elsewhere()
    {
        // Climbing from that node never meets the subtree of the seek.
        var tree = ModelTree.Of(40, _signer);
        for (var bytes = 0UL; bytes < tree.Head.ByteLength; bytes += 50)
        {
            var request = new ProofRequest
            {
                Upgrade = new(20, 20),
                Hash = new(39, 0),
                Seek = new(bytes, 0),
            };
            tree.Prove(request, out var proof);
            Assert.True((proof.Hash?.Nodes.Length ?? 0) < 60);
        }
        Assert.Equal(
            HypercoreErrorCode.InvalidOperation,
            tree.Prove(
                new ProofRequest
                {
                    Upgrade = new(20, 20),
                    Hash = new(39, 0),
                    Seek = new(tree.Head.ByteLength - 1, 0),
                },
                out _
            ).Code
        );
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Verify_decides_as_JavaScript(string id)
    {
        var vector = Vectors.One(Verifies, id);
        var expected = vector.Expected();
        var source = ModelTree.Of(70, _signer);
        var copy = new ModelTree();
        foreach (var prior in vector.Input().GetProperty("prior").EnumerateArray())
        {
            var upgrade = prior.GetProperty("upgrade");
            var request = new ProofRequest { Upgrade = new(upgrade.Number("start"), upgrade.Number("length")) };
            Assert.Equal(ProofVerdict.Valid, source.Prove(request, out var earlier));
            earlier = earlier with { Manifest = source.Verifier!.Manifest };
            Assert.Equal(ProofVerdict.Valid, copy.Apply(earlier, Key(source)));
        }
        var proof = Vectors.DecodeData(vector.Input().Hex("wire_data")).Proof;
        if (proof.Fork != copy.Head.Fork)
        {
            Assert.False(expected.GetProperty("result").GetBoolean());
            return;
        }
        var verdict = copy.Apply(proof, Key(source));
        // An upgrade to nothing is one more bad proof.
        var error = expected.Has("error") ? expected.Text("error") : null;
        Assert.Equal(error == "TypeError" ? HypercoreErrorCode.InvalidProof : error, verdict.Code);
        Assert.Equal(expected.Number("length"), copy.Head.Length);
        if (expected.Has("treeHash"))
            Assert.Equal(expected.Hex32("treeHash"), copy.Head.ComputeHash());
    }

    private static Encoding.Bytes32 Key(ModelTree tree) => tree.Verifier!.Manifest.ComputeKey();
}
