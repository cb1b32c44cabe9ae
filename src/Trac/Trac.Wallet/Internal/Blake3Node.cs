using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
    private const int BlockWords = 16;
    private const int Rounds = 7;
    private const uint ChunkStart = 1;
    private const uint ChunkEnd = 2;
    private const uint Parent = 4;
    private const uint Root = 8;

    private static readonly byte[] _order = CreateOrder();

    private Words8 _chaining;
    private Words16 _block;
    private ulong _counter;
    private uint _length;
    private uint _flags;

    private static ReadOnlySpan<uint> Iv =>
        [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

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
        var (low, high) = Compress(_flags);
        low.CopyTo(chaining);
        high.CopyTo(chaining[4..]);
    }

    public readonly void GetRootHash(Span<byte> hash)
    {
        // Only the first 32 bytes of output are taken, so the root's counter is zero: a root chunk has index zero and
        // parents do not count.
        Span<uint> words = stackalloc uint[ChainingWords];
        var (low, high) = Compress(_flags | Root);
        low.CopyTo(words);
        high.CopyTo(words[4..]);
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(hash[(i * sizeof(uint))..], words[i]);
    }

    private void SetBlock(ReadOnlySpan<byte> bytes)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        bytes.CopyTo(block);
        for (var i = 0; i < BlockWords; i++)
            _block[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(i * sizeof(uint))..]);
        _length = (uint)bytes.Length;
    }

    /// <summary>The two halves of the chaining value. The state's four rows are one vector each.</summary>
    private readonly (Vector128<uint> Low, Vector128<uint> High) Compress(uint flags)
    {
        ReadOnlySpan<uint> chaining = _chaining;
        ReadOnlySpan<uint> block = _block;
        var a = Vector128.Create(chaining);
        var b = Vector128.Create(chaining[4..]);
        var c = Vector128.Create(Iv);
        var d = Vector128.Create((uint)_counter, (uint)(_counter >> 32), _length, flags);
        for (var round = 0; round < Rounds; round++)
        {
            var order = _order.AsSpan(round * BlockWords, BlockWords);
            Mix(ref a, ref b, ref c, ref d, Pick(block, order, 0), Pick(block, order, 1));
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            Mix(ref a, ref b, ref c, ref d, Pick(block, order, 8), Pick(block, order, 9));
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }
        return (a ^ c, b ^ d);
    }

    private static void Mix(
        ref Vector128<uint> a,
        ref Vector128<uint> b,
        ref Vector128<uint> c,
        ref Vector128<uint> d,
        Vector128<uint> x,
        Vector128<uint> y
    )
    {
        a += b + x;
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 12);
        a += b + y;
        d = RotateRight(d ^ a, 8);
        c += d;
        b = RotateRight(b ^ c, 7);
    }

    private static Vector128<uint> RotateRight(Vector128<uint> value, int bits) =>
        (value >>> bits) | (value << (32 - bits));

    /// <summary>Every second word of the block from a place on, in the order of a round.</summary>
    private static Vector128<uint> Pick(ReadOnlySpan<uint> block, ReadOnlySpan<byte> order, int from) =>
        Vector128.Create(block[order[from]], block[order[from + 2]], block[order[from + 4]], block[order[from + 6]]);

    /// <summary>The order of the block's words in each round: the permutation, once more applied each time.</summary>
    private static byte[] CreateOrder()
    {
        ReadOnlySpan<byte> permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
        var order = new byte[Rounds * BlockWords];
        for (byte i = 0; i < BlockWords; i++)
            order[i] = i;
        for (var i = BlockWords; i < order.Length; i++)
            order[i] = order[i - BlockWords - i % BlockWords + permutation[i % BlockWords]];
        return order;
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
