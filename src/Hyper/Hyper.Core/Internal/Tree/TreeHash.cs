using System.Buffers.Binary;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>The three hashes of the tree. Source: hypercore-crypto 3.6.1, index.js: <c>data</c>, <c>parent</c>, <c>tree</c>.</summary>
internal static class TreeHash
{
    private const byte LeafType = 0;
    private const byte ParentType = 1;
    private const byte RootType = 2;
    private const int HeaderBytes = 1 + sizeof(ulong);

    /// <summary>Blocks whose headers are on the stack at a time.</summary>
    private const int SomeBlocks = 64;

    /// <summary>The leaf of a block: BLAKE2b(00 ‖ u64 size ‖ block).</summary>
    public static TreeNode Leaf(ulong block, ReadOnlySpan<byte> value)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header[0] = LeafType;
        BinaryPrimitives.WriteUInt64LittleEndian(header[1..], (ulong)value.Length);
        return new TreeNode(2 * block, (ulong)value.Length, Blake2b.Hash(header, value));
    }

    /// <summary>The hashes of the leaves of several blocks, which takes less than one by one.</summary>
    public static void Leaves(ReadOnlySpan<ReadOnlyMemory<byte>> blocks, Span<Bytes32> hashes)
    {
        Span<byte> headers = stackalloc byte[SomeBlocks * HeaderBytes];
        while (!blocks.IsEmpty)
        {
            var some = blocks[..Math.Min(SomeBlocks, blocks.Length)];
            for (var i = 0; i < some.Length; i++)
            {
                var header = headers.Slice(i * HeaderBytes, HeaderBytes);
                header[0] = LeafType;
                BinaryPrimitives.WriteUInt64LittleEndian(header[1..], (ulong)some[i].Length);
            }
            Blake2b.HashEach(headers[..(some.Length * HeaderBytes)], some, hashes);
            blocks = blocks[some.Length..];
            hashes = hashes[some.Length..];
        }
    }

    /// <summary>The parent of two siblings, given in any order: BLAKE2b(01 ‖ u64 size ‖ left ‖ right).</summary>
    public static TreeNode Parent(in TreeNode first, in TreeNode second)
    {
        ref readonly var left = ref first.Index < second.Index ? ref first : ref second;
        ref readonly var right = ref first.Index < second.Index ? ref second : ref first;
        var size = left.Size + right.Size;
        Span<byte> input = stackalloc byte[HeaderBytes + (2 * Bytes32.Length)];
        input[0] = ParentType;
        BinaryPrimitives.WriteUInt64LittleEndian(input[1..], size);
        left.Hash.Span.CopyTo(input[HeaderBytes..]);
        right.Hash.Span.CopyTo(input[(HeaderBytes + Bytes32.Length)..]);
        return new TreeNode(FlatTree.Parent(left.Index), size, Blake2b.Hash(input));
    }

    /// <summary>The hash of a whole tree: BLAKE2b(02 ‖ for each root: hash ‖ u64 index ‖ u64 size).</summary>
    public static Bytes32 Tree(ReadOnlySpan<TreeNode> roots)
    {
        const int RootBytes = Bytes32.Length + (2 * sizeof(ulong));
        // A length below 2^51 has at most 51 roots.
        Span<byte> input = stackalloc byte[1 + (64 * RootBytes)];
        input[0] = RootType;
        var end = 1;
        foreach (ref readonly var root in roots)
        {
            root.Hash.Span.CopyTo(input[end..]);
            BinaryPrimitives.WriteUInt64LittleEndian(input[(end + Bytes32.Length)..], root.Index);
            BinaryPrimitives.WriteUInt64LittleEndian(input[(end + Bytes32.Length + sizeof(ulong))..], root.Size);
            end += RootBytes;
        }
        return Blake2b.Hash(input[..end]);
    }
}
