using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Trac.Wallet.Internal;

/// <summary>
/// One node of the hash tree, ready for its last compression: whether that gives a chaining value or the root's hash is
/// known only when the end of the input is.
/// </summary>
internal struct Blake3Node
{
    public const int ChunkBytes = 1024;
    public const int ChainingWords = 8;

    private const int BlockBytes = 64;
    private const int Rounds = 7;
    private const uint ChunkStart = 1;
    private const uint ChunkEnd = 2;
    private const uint Parent = 4;
    private const uint Root = 8;

    private Words8 _chaining;
    private Words16 _block;
    private ulong _counter;
    private uint _length;
    private uint _flags;

    private static ReadOnlySpan<uint> Iv =>
        [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    private static ReadOnlySpan<byte> Permutation => [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

    /// <summary>A leaf of at most 1024 bytes; all blocks but the last are compressed now.</summary>
    public static Blake3Node OfChunk(ReadOnlySpan<byte> chunk, ulong index)
    {
        var node = new Blake3Node { _counter = index, _flags = ChunkStart };
        Iv.CopyTo(node._chaining);
        for (; chunk.Length > BlockBytes; chunk = chunk[BlockBytes..])
        {
            node.SetBlock(chunk[..BlockBytes]);
            node.GetChaining(node._chaining);
            node._flags = 0;
        }
        node.SetBlock(chunk);
        node._flags |= ChunkEnd;
        return node;
    }

    /// <summary>The parent of two nodes, by their chaining values one after the other.</summary>
    public static Blake3Node OfParent(ReadOnlySpan<uint> children)
    {
        var node = new Blake3Node { _length = BlockBytes, _flags = Parent };
        Iv.CopyTo(node._chaining);
        children.CopyTo(node._block);
        return node;
    }

    public readonly void GetChaining(Span<uint> chaining)
    {
        Span<uint> state = stackalloc uint[16];
        Compress(state, _flags);
        for (var i = 0; i < ChainingWords; i++)
            chaining[i] = state[i] ^ state[i + ChainingWords];
    }

    public readonly void GetRootHash(Span<byte> hash)
    {
        Span<uint> state = stackalloc uint[16];
        Compress(state, _flags | Root);
        for (var i = 0; i < ChainingWords; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(hash[(i * sizeof(uint))..], state[i] ^ state[i + ChainingWords]);
    }

    private void SetBlock(ReadOnlySpan<byte> bytes)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        bytes.CopyTo(block);
        for (var i = 0; i < 16; i++)
            _block[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(i * sizeof(uint))..]);
        _length = (uint)bytes.Length;
    }

    private readonly void Compress(Span<uint> state, uint flags)
    {
        // The root is always compressed with counter zero here, as only the first 32 bytes of output are taken: a root
        // chunk has index zero and parents do not count.
        ((ReadOnlySpan<uint>)_chaining).CopyTo(state);
        Iv[..4].CopyTo(state[8..]);
        state[12] = (uint)_counter;
        state[13] = (uint)(_counter >> 32);
        state[14] = _length;
        state[15] = flags;

        Span<uint> block = stackalloc uint[16];
        Span<uint> permuted = stackalloc uint[16];
        ((ReadOnlySpan<uint>)_block).CopyTo(block);
        for (var round = 0; round < Rounds; round++)
        {
            Mix(state, 0, 4, 8, 12, block[0], block[1]);
            Mix(state, 1, 5, 9, 13, block[2], block[3]);
            Mix(state, 2, 6, 10, 14, block[4], block[5]);
            Mix(state, 3, 7, 11, 15, block[6], block[7]);
            Mix(state, 0, 5, 10, 15, block[8], block[9]);
            Mix(state, 1, 6, 11, 12, block[10], block[11]);
            Mix(state, 2, 7, 8, 13, block[12], block[13]);
            Mix(state, 3, 4, 9, 14, block[14], block[15]);
            for (var i = 0; i < 16; i++)
                permuted[i] = block[Permutation[i]];
            permuted.CopyTo(block);
        }
    }

    private static void Mix(Span<uint> state, int a, int b, int c, int d, uint x, uint y)
    {
        state[a] += state[b] + x;
        state[d] = BitOperations.RotateRight(state[d] ^ state[a], 16);
        state[c] += state[d];
        state[b] = BitOperations.RotateRight(state[b] ^ state[c], 12);
        state[a] += state[b] + y;
        state[d] = BitOperations.RotateRight(state[d] ^ state[a], 8);
        state[c] += state[d];
        state[b] = BitOperations.RotateRight(state[b] ^ state[c], 7);
    }

    [InlineArray(8)]
    private struct Words8
    {
        private uint _first;
    }

    [InlineArray(16)]
    private struct Words16
    {
        private uint _first;
    }
}
