using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>Whatever arrives: decoders and verification answer, and never throw.</summary>
[Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
public sealed class DecoderFuzzTests
{
    [Fact]
    public void Data_messages_never_throw_nor_change_what_they_do_not_prove()
    {
        var random = TestSeed.NewRandom();
        var examples = Hexes("proofs.json", "wire_data").Concat(Hexes("verify.json", "wire_data")).ToArray();
        var inputs = new RandomBytes(random, examples);
        var source = ModelTree.Of(70);
        var key = new Bytes32(new byte[32]);
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            if (!DataCodec.TryRead(inputs.Next(), out var message, out _))
                continue;
            var empty = new ModelTree();
            Assert.False(message.Proof.Upgrade is not null && empty.Apply(message.Proof, key).IsValid);
            var batch = new TreeBatch(source.Head);
            ProofVerifier.Verify(message.Proof, batch, source.Read());
            new ReorgBatch(source.Head, null).Begin(message.Proof, source.Read());
        }
    }

    [Fact]
    public void Requests_never_throw_and_what_is_answered_verifies()
    {
        var random = TestSeed.NewRandom();
        var inputs = new RandomBytes(random, [.. Hexes("proofs.json", "wire_request")]);
        var source = ModelTree.Of(70);
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            var reader = new CompactReader(inputs.Next());
            if (!RequestCodec.TryRead(ref reader, out var message))
                continue;
            if (!source.Prove(message.Proof, out var proof).IsValid || proof.Upgrade is not null)
                continue;
            if (proof.Block is { } block && block.Index >= 70)
                continue;
            var verdict = ProofVerifier.Verify(proof, new TreeBatch(source.Head), source.Read());
            Assert.Equal(ProofVerdict.Valid, verdict);
        }
    }

    [Fact]
    public void Manifests_never_throw_and_read_back_as_themselves()
    {
        var random = TestSeed.NewRandom();
        var inputs = new RandomBytes(random, [.. Hexes("keys-manifests.json", "encoded")]);
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            if (!Manifest.TryRead(inputs.Next(), out var manifest))
                continue;
            var bytes = manifest.ToBytes();
            Assert.True(Manifest.TryRead(bytes, out var again));
            Assert.Equal(bytes, again.ToBytes());
        }
    }

    [Fact]
    public void Signature_containers_never_throw()
    {
        var random = TestSeed.NewRandom();
        var inputs = new RandomBytes(random, [.. Hexes("multisig.json", "container")]);
        var input = Vectors.One("multisig.json", "multisig/v1/two-equal-length-needs-patch").Input();
        Assert.True(Manifest.TryRead(input.Hex("manifest"), out var manifest));
        var verifiers = new[] { manifest, manifest with { Version = 0 } }.Select(m => new Verifier(m.ComputeKey(), m));
        var tree = new TreeBatch(ModelTree.Of(10).Head);
        var valid = Hexes("multisig.json", "container").Select(Convert.ToHexString).ToHashSet();
        foreach (var verifier in verifiers.ToList())
        {
            for (var i = FuzzBudget.Inputs() / 2; i > 0; i--)
            {
                var bytes = inputs.Next();
                if (!valid.Contains(Convert.ToHexString(bytes)))
                    verifier.Verify(tree, bytes);
            }
        }
    }

    private static IEnumerable<byte[]> Hexes(string file, string name)
    {
        foreach (var vector in Vectors.All(file))
        {
            foreach (var side in (JsonElement[])[vector.Input(), vector.Expected()])
            {
                if (side.ValueKind == JsonValueKind.Object && side.Has(name))
                    yield return side.Hex(name);
            }
        }
    }
}
