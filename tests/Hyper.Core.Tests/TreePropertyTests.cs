using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>What must hold for any history and any request.</summary>
public sealed class TreePropertyTests
{
    private const int MaxLength = 40;

    private static readonly KeyPair _signer = KeyPair.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);

    [Fact]
    public void Leaves_of_several_blocks_are_those_of_one_by_one()
    {
        var random = TestSeed.NewRandom();
        ReadOnlyMemory<byte>[] blocks =
        [
            .. Enumerable.Range(0, 150).Select(_ => (ReadOnlyMemory<byte>)RandomBlock(random)),
        ];
        var hashes = new Bytes32[blocks.Length];
        TreeHash.Leaves(blocks, hashes);
        for (var i = 0; i < blocks.Length; i++)
            Assert.Equal(TreeHash.Leaf(0, blocks[i].Span).Hash, hashes[i]);
    }

    [Fact]
    public void Any_history_ends_in_the_tree_of_its_final_blocks()
    {
        var random = TestSeed.NewRandom();
        for (var round = 0; round < 200; round++)
        {
            var tree = new ModelTree();
            for (var step = 0; step < 12; step++)
            {
                if (random.Next(3) == 0)
                    tree.Truncate((ulong)random.Next(tree.Blocks.Count + 1), tree.Head.Fork + 1);
                else
                    tree.Append([.. Enumerable.Range(0, random.Next(9)).Select(_ => RandomBlock(random))]);
            }
            var fresh = ModelTree.Of(tree.Blocks);
            Assert.Equal(fresh.Head.Roots, tree.Head.Roots);
            Assert.Equal(fresh.Head.ByteLength, tree.Head.ByteLength);
            Assert.Equal(fresh.Nodes.OrderBy(pair => pair.Key), tree.Nodes.OrderBy(pair => pair.Key));
        }
    }

    [Fact]
    public void Every_upgrade_is_verified_by_a_copy_of_its_start()
    {
        var sources = Enumerable.Range(0, MaxLength + 1).Select(n => ModelTree.Of(n, _signer)).ToArray();
        var key = sources[0].Verifier!.Manifest.ComputeKey();
        for (var length = 1; length <= MaxLength; length++)
        {
            for (var start = 0; start < length; start++)
            {
                for (var upgrade = 1; upgrade <= length - start; upgrade++)
                {
                    var request = new ProofRequest { Upgrade = new((ulong)start, (ulong)upgrade) };
                    Assert.True(sources[length].Prove(request, out var proof).IsValid);
                    var copy = ModelTree.Of(start, _signer);
                    Assert.Equal(ProofVerdict.Valid, copy.Apply(proof, key));
                    Assert.Equal(sources[length].Head.ComputeHash(), copy.Head.ComputeHash());
                }
            }
        }
    }

    [Fact]
    public void Every_block_request_is_answered_verifiably_or_refused()
    {
        var answered = 0;
        for (var length = 1; length <= MaxLength; length++)
        {
            var source = ModelTree.Of(length, _signer);
            var key = source.Verifier!.Manifest.ComputeKey();
            for (var index = 0UL; index < (ulong)length; index++)
            {
                for (var nodes = 0UL; nodes < 7; nodes++)
                {
                    var verdict = source.Prove(new ProofRequest { Block = new(index, nodes) }, out var proof);
                    var root = 2 * index;
                    for (var i = 0UL; i < nodes; i++)
                        root = FlatTree.Parent(root);
                    Assert.Equal(source.Nodes.ContainsKey(root), verdict.IsValid);
                    if (!verdict.IsValid)
                        continue;
                    answered++;
                    Assert.Equal((int)nodes, proof.Block!.Nodes.Length);
                    Assert.Equal(ProofVerdict.Valid, ModelTree.Of(length, _signer).Apply(proof, key));
                }
            }
        }
        Assert.True(answered > 2000, $"{answered} answered");
    }

    [Fact]
    public void Block_or_seek_inside_an_upgrade_is_verified_by_a_copy_of_its_start()
    {
        for (var length = 1; length <= 20; length++)
        {
            var source = ModelTree.Of(length, _signer);
            var key = source.Verifier!.Manifest.ComputeKey();
            for (var start = 0; start < length; start++)
            {
                var upgrade = new UpgradeRequest((ulong)start, (ulong)(length - start));
                for (var index = 0UL; index < (ulong)length; index++)
                {
                    var copy = ModelTree.Of(start, _signer);
                    var nodes = (ulong)TreeQueries.CountMissingNodes(2 * index, copy.Head.Length, copy.Read());
                    var request = new ProofRequest { Upgrade = upgrade, Block = new(index, nodes) };
                    Assert.True(source.Prove(request, out var proof).IsValid);
                    Assert.Equal(ProofVerdict.Valid, copy.Apply(proof, key));
                    Assert.Equal(source.Head.ComputeHash(), copy.Head.ComputeHash());
                    Assert.True(copy.Nodes.ContainsKey(2 * index));
                }
                for (var bytes = 0UL; bytes < source.Head.ByteLength; bytes += 23)
                {
                    var copy = ModelTree.Of(start, _signer);
                    var request = new ProofRequest { Upgrade = upgrade, Seek = new(bytes, 0) };
                    Assert.True(source.Prove(request, out var proof).IsValid);
                    Assert.Equal(ProofVerdict.Valid, copy.Apply(proof, key));
                    Assert.Equal(source.Head.ComputeHash(), copy.Head.ComputeHash());
                }
            }
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Any_mix_of_parts_and_any_upgrade_is_verified_or_refused_and_leads_to_the_same_tree()
    {
        var random = TestSeed.NewRandom();
        var sources = Enumerable.Range(0, MaxLength + 1).Select(n => ModelTree.Of(n, _signer)).ToArray();
        var key = sources[0].Verifier!.Manifest.ComputeKey();
        var answered = 0;
        var rounds = FuzzBudget.Rounds(usually: 5000);
        for (var round = rounds; round > 0; round--)
        {
            var length = random.Next(1, MaxLength + 1);
            var start = random.Next(length);
            var index = (ulong)random.Next(length);
            var copy = ModelTree.Of(start, _signer);
            var nodes = TreeQueries.CountMissingNodes(2 * index, copy.Head.Length, copy.Read()) + random.Next(-1, 3);
            var part = random.Next(4);
            var request = new ProofRequest
            {
                Upgrade = random.Next(6) == 0 ? null : new((ulong)start, (ulong)random.Next(1, length - start + 1)),
                Block = part == 0 ? new(index, (ulong)Math.Max(0, nodes)) : null,
                Hash =
                    part == 1
                        ? new(random.Next(3) == 0 ? (2 * index) + 1 : 2 * index, (ulong)Math.Max(0, nodes))
                        : null,
                Seek = random.Next(3) == 0 ? new((ulong)random.Next(2000), 0) : null,
            };
            if (!sources[length].Prove(request, out var proof).IsValid)
                continue;
            if (proof.Upgrade is null)
            {
                // Without an upgrade the asker has the whole tree's roots.
                copy = ModelTree.Of(length, _signer);
            }
            var verdict = copy.Apply(proof, key);
            if (proof.Upgrade is { } upgrade && !verdict.IsValid)
            {
                // A part below the old length needs more levels than were asked for: the copy cannot place it.
                Assert.Equal(HypercoreErrorCode.InvalidOperation, verdict.Code);
                Assert.True(index < upgrade.Start || proof.Seek is not null || proof.Hash is not null);
                continue;
            }
            Assert.Equal(ProofVerdict.Valid, verdict);
            Assert.Equal(sources[length].Head.ComputeHash(), copy.Head.ComputeHash());
            answered++;
        }
        Assert.True(answered > rounds / 4, $"{answered} of {rounds} answered");
    }

    [Fact]
    public void Seek_agrees_with_the_sum_of_block_sizes()
    {
        var tree = ModelTree.Of(MaxLength);
        for (var bytes = 0UL; bytes < tree.Head.ByteLength; bytes++)
        {
            var rest = bytes;
            var block = 0;
            while (rest >= (ulong)tree.Blocks[block].Length && rest > 0)
                rest -= (ulong)tree.Blocks[block++].Length;
            var seek = ByteSeek.Run(tree.Head, bytes, 0, tree.Read());
            Assert.True(seek.IsFound);
            // Several blocks begin at one byte where some are empty.
            Assert.Equal(bytes, Offset(seek.Start) + seek.Offset);
        }

        ulong Offset(ulong block) => (ulong)tree.Blocks.Take((int)block).Sum(value => value.Length);
    }

    [Fact]
    public void Any_changed_byte_of_an_answer_never_yields_another_block()
    {
        var source = ModelTree.Of(21, _signer);
        var key = source.Verifier!.Manifest.ComputeKey();
        ProofRequest[] requests =
        [
            new() { Block = new(7, 4) },
            new() { Block = new(16, 2) },
            new() { Block = new(3, 0), Upgrade = new(0, 21) },
            new() { Block = new(18, 0), Upgrade = new(5, 15) },
        ];
        foreach (var request in requests)
        {
            Assert.True(source.Prove(request, out var good).IsValid);
            var bytes = Vectors.Encode(new DataMessage(1, good with { Manifest = source.Verifier.Manifest }));
            var start = (int)(request.Upgrade?.Start ?? 21);
            var accepted = 0;
            for (var at = 0; at < bytes.Length; at++)
            {
                for (var bit = 0; bit < 8; bit++)
                {
                    byte[] bad = [.. bytes];
                    bad[at] ^= (byte)(1 << bit);
                    if (!DataCodec.TryRead(bad, out var message, out _) || message.Proof.Block is not { } block)
                        continue;
                    var copy = ModelTree.Of(start, _signer);
                    copy.Verifier = null;
                    if (!copy.Apply(message.Proof, key).IsValid || message.Proof.Fork != 0)
                        continue;
                    accepted++;
                    Assert.Equal(source.Blocks[(int)block.Index], block.Value.ToArray());
                }
            }
            // The request id, unknown flags and the manifest's spare bits may change; the block may not.
            Assert.True(accepted < 64 + (8 * source.Verifier.Manifest.ToBytes().Length), $"{accepted} accepted");
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Reorg_of_any_two_histories_finds_their_common_part()
    {
        var random = TestSeed.NewRandom();
        for (var round = 0; round < FuzzBudget.Inputs(oneIn: 50); round++)
        {
            var shared = random.Next(1, 60);
            var ours = ModelTree.Of(shared, _signer);
            ours.Append([.. Enumerable.Range(0, random.Next(60)).Select(_ => RandomBlock(random))]);
            var theirs = ModelTree.Of(shared, _signer);
            theirs.Append([
                [1],
            ]);
            theirs.Truncate((ulong)shared, 1);
            theirs.Append([.. Enumerable.Range(0, random.Next(60)).Select(_ => RandomBlock(random))]);

            Assert.True(theirs.Prove(new ProofRequest { Upgrade = new(0, theirs.Head.Length) }, out var proof).IsValid);
            var batch = new ReorgBatch(ours.Head, null);
            Assert.Equal(ProofVerdict.Valid, batch.Begin(proof, ours.Read()));
            var steps = 0;
            while (batch.Want is { } want)
            {
                Assert.True(++steps < 60, "The reorg does not end.");
                Assert.True(want.Start < want.End);
                var index = want.Start + (ulong)random.Next((int)(want.End - want.Start));
                var request = new ProofRequest { Hash = new(2 * index, (ulong)want.Nodes) };
                Assert.Equal(ProofVerdict.Valid, theirs.Prove(request, out var answer));
                Assert.Equal(ProofVerdict.Valid, batch.Update(answer, ours.Read()));
            }
            Assert.Equal((ulong)CommonLength(ours, theirs), batch.Tree.Ancestors);
            Assert.Equal(theirs.Head.ComputeHash(), batch.Tree.ComputeHash());
        }
    }

    private static int CommonLength(ModelTree ours, ModelTree theirs)
    {
        var common = 0;
        while (
            common < ours.Blocks.Count
            && common < theirs.Blocks.Count
            && ours.Blocks[common].AsSpan().SequenceEqual(theirs.Blocks[common])
        )
            common++;
        return common;
    }

    private static byte[] RandomBlock(Random random)
    {
        var block = new byte[random.Next(20)];
        random.NextBytes(block);
        return block;
    }
}
