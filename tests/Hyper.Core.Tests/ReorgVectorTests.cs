using Hyper.Core.Internal;
using Hyper.Crypto;

namespace Hyper.Core.Tests;

/// <summary>Reorgs step by step against hypercore 11.18.3.</summary>
public sealed class ReorgVectorTests
{
    private const string File = "truncate-reorg.json";

    public static TheoryData<string> Reorgs() => [.. Vectors.All(File, "reorg/").Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Reorgs))]
    public void Steps_are_those_of_JavaScript(string id)
    {
        var vector = Vectors.One(File, id);
        var input = vector.Input();
        using var keyPair = KeyPair.FromSeed(input.Hex("seed"));
        var manifest = Manifest.ForSigner(keyPair.PublicKey);
        Assert.Equal(input.Hex32("key"), manifest.ComputeKey());
        var ours = ModelTree.Of((int)input.Number("n"), keyPair);
        var batch = new ReorgBatch(ours.Head, null);
        var isFirst = true;
        foreach (var step in vector.Expected().GetProperty("steps").EnumerateArray())
        {
            var proof = Vectors.DecodeData(step.Hex("wire_data")).Proof;
            if (!isFirst)
            {
                // What JavaScript asked for is what we would have asked for.
                var asked = Vectors.DecodeRequest(step.Hex("wire_request")).Proof.Hash!.Value;
                Assert.Equal(new HashRequest(2 * batch.Want!.Value.Start, (ulong)batch.Want.Value.Nodes), asked);
            }
            var verdict = isFirst ? batch.Begin(proof, ours.Read()) : batch.Update(proof, ours.Read());
            Assert.Equal(ProofVerdict.Valid, verdict);
            if (isFirst)
            {
                var check = ProofSignature.Check(manifest.ComputeKey(), ours.Verifier, null, batch.Tree, out _);
                Assert.Equal(ProofVerdict.Valid, check);
            }
            isFirst = false;
            var state = step.GetProperty("state");
            Assert.Equal(state.GetProperty("finished").GetBoolean(), batch.IsFinished);
            Assert.Equal(state.Number("ancestors"), batch.Tree.Ancestors);
            if (state.Has("diff"))
                Assert.Equal(state.Number("diff"), batch.Diff!.Value.Index);
            if (state.Has("want"))
            {
                var want = state.GetProperty("want");
                Assert.Equal(
                    new ReorgWant(want.Number("start"), want.Number("end"), (int)want.Number("nodes")),
                    batch.Want
                );
            }
        }
        Assert.True(batch.IsFinished);
        Assert.True(batch.Tree.IsCommittable(ours.Head));
        var after = vector.Expected().GetProperty("remote_after");
        Assert.Equal(after.Hex32("treeHash"), batch.Tree.ComputeHash());
        Assert.Equal(after.Number("byteLength"), batch.Tree.ByteLength);
        Assert.Equal(after.Number("fork"), batch.Tree.Fork);
        Assert.Equal(after.Hex("signature"), batch.Tree.Signature.ToArray());
    }

    [Fact]
    public void Update_refuses_an_answer_that_leads_elsewhere()
    {
        var vector = Vectors.One(File, "reorg/32-16+20");
        using var keyPair = KeyPair.FromSeed(vector.Input().Hex("seed"));
        var ours = ModelTree.Of((int)vector.Input().Number("n"), keyPair);
        var steps = vector.Expected().GetProperty("steps");
        var batch = new ReorgBatch(ours.Head, null);
        Assert.True(batch.Begin(Vectors.DecodeData(steps[0].Hex("wire_data")).Proof, ours.Read()).IsValid);
        Assert.False(batch.IsFinished);
        var want = batch.Want;
        ours.Prove(new ProofRequest { Hash = new(2 * want!.Value.Start, (ulong)want.Value.Nodes) }, out var own);
        Assert.Equal(HypercoreErrorCode.InvalidOperation, batch.Update(own, ours.Read()).Code);
        Assert.Equal(want, batch.Want);
    }
}
