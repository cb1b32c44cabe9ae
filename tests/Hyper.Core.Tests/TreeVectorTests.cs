using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Trees of 0 to 70 blocks against hypercore 11.18.3.</summary>
public sealed class TreeVectorTests
{
    private const string File = "tree-0-70.json";

    private static readonly KeyPair _signer = KeyPair.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);

    [Fact]
    public void Trees_have_the_roots_hashes_and_signatures_of_JavaScript()
    {
        var key = Vectors.Load(File).Hex32("key");
        var manifest = Manifest.ForSigner(_signer.PublicKey);
        Assert.Equal(key, manifest.ComputeKey());
        var verifier = new Verifier(key, manifest);
        var room = new byte[Signable.MaxBytes];
        for (var n = 0; n <= 70; n++)
        {
            var expected = Vectors.One(File, $"tree/{n}").Expected();
            var head = ModelTree.Of(n, _signer).Head;
            Assert.Equal(expected.GetProperty("roots").EnumerateArray().Select(Root), head.Roots);
            Assert.Equal(expected.Number("byteLength"), head.ByteLength);
            Assert.Equal(expected.Hex32("treeHash"), head.ComputeHash());
            Assert.Equal(
                expected.GetProperty("fullRoots").EnumerateArray().Select(root => root.GetUInt64()),
                head.Roots.Select(root => root.Index)
            );
            var signable = Signable.Write(room, key, head.ComputeHash(), head.Length, head.Fork);
            Assert.Equal(expected.Hex("signable"), signable);
            var batch = new TreeBatch(head);
            Assert.Equal(MultiSignature.Single(expected.Hex("signature64")), verifier.Sign(batch, _signer));
            if (!expected.Has("storedSignature"))
                continue;
            Assert.Equal(expected.Hex("storedSignature"), head.Signature.ToArray());
            Assert.True(verifier.Verify(batch, head.Signature));
        }
    }

    [Fact]
    public void Nodes_are_those_of_JavaScript()
    {
        var expected = Vectors.One(File, "tree/nodes-70").Expected().Nodes();
        Assert.Equal(expected, ModelTree.Of(70).Nodes.Values.OrderBy(node => node.Index));
    }

    [Fact]
    public void ByteOffset_equals_JavaScript_where_that_answers_and_the_sum_of_sizes_elsewhere()
    {
        var tree = ModelTree.Of(70);
        var expected = Vectors.One(File, "tree/byteOffsets").Expected();
        var sum = 0UL;
        for (var i = 0; i < 70; i++)
        {
            Assert.True(TreeQueries.TryGetByteOffset(tree.Head, 2UL * (ulong)i, tree.Read(), out var offset));
            Assert.Equal(sum, offset);
            if (expected[i].ValueKind == JsonValueKind.Number)
                Assert.Equal(expected[i].GetUInt64(), offset);
            sum += (ulong)tree.Blocks[i].Length;
        }
        Assert.True(TreeQueries.TryGetByteOffset(tree.Head, 140, tree.Read(), out var end));
        Assert.Equal(sum, end);
    }

    [Fact]
    public void Seek_finds_what_JavaScript_finds()
    {
        var tree = ModelTree.Of(70);
        foreach (var entry in Vectors.One(File, "tree/seek").Expected().EnumerateArray())
        {
            var seek = ByteSeek.Run(tree.Head, entry[0].GetUInt64(), 0, tree.Read());
            if (entry[1].ValueKind == JsonValueKind.Null)
            {
                Assert.False(seek.IsFound);
                continue;
            }
            Assert.True(seek.IsFound);
            Assert.Equal((entry[1][0].GetUInt64(), entry[1][1].GetUInt64()), (seek.Start, seek.Offset));
        }
    }

    [Fact]
    public void Batch_of_70_equals_70_single_appends()
    {
        using var keyPair = KeyPair.FromSeed([.. Enumerable.Repeat((byte)2, 32)]);
        var one = ModelTree.Of(0, keyPair);
        foreach (var block in Vectors.Blocks(70))
            one.Append(block);
        var all = ModelTree.Of(70, keyPair);
        Assert.Equal(one.Head.Signature.ToArray(), all.Head.Signature.ToArray());
        Assert.Equal(one.Nodes.OrderBy(pair => pair.Key), all.Nodes.OrderBy(pair => pair.Key));
        var expected = Vectors.One(File, "tree/append-batch-70").Expected();
        Assert.Equal(expected.Hex32("treeHash"), all.Head.ComputeHash());
        Assert.Equal(expected.Hex("signature"), all.Head.Signature.ToArray());
        Assert.Equal(expected.Hex32("key"), Manifest.ForSigner(keyPair.PublicKey).ComputeKey());
    }

    [Fact]
    public void Patches_take_the_nodes_that_JavaScript_takes()
    {
        foreach (var entry in Vectors.One(File, "flat/patch").Expected().EnumerateArray())
        {
            var (from, to) = (entry.Number("from"), entry.Number("to"));
            // From nothing JavaScript takes no nodes; nobody signs nothing.
            if (from == 0)
                continue;
            Assert.True(
                Verifier.TryCollectPatch([.. ModelTree.Of((int)to).Nodes.Values], from, to - from, out var path)
            );
            // JavaScript names the parents that grow on the way too; they are computed.
            var last = (2 * from) - 2;
            Assert.Equal(
                entry
                    .GetProperty("patch")
                    .EnumerateArray()
                    .Select(index => index.GetUInt64())
                    .Where(index => !FlatTree.Contains(index, last)),
                path.Select(node => node.Index)
            );
        }
    }

    private static TreeNode Root(JsonElement root) =>
        new(root.Number("index"), root.Number("size"), root.Hex32("hash"));
}
