using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hyper.Encoding;

namespace Hyper.Crypto.Internal;

/// <summary>
/// BLAKE2b-256 of several inputs at once: each of the four lanes of a 256-bit register has an input of its own, and takes the
/// next one when that ends, so lengths may differ. Source: RFC 7693.
/// </summary>
/// <remarks>
/// One input at a time, as libsodium does it, is a chain in which each step waits for the one before; four such chains take
/// little longer than one.
/// </remarks>
internal static unsafe class Blake2bLanes
{
    /// <summary>Bytes that are taken in at a time.</summary>
    public const int BlockBytes = 128;

    private const int Count = 4;
    private const int StateWords = 8;
    private const int Rounds = 12;
    private const int Idle = -1;

    /// <summary>The first word of the parameters: 32 bytes of digest, no key, fan-out and depth 1.</summary>
    private const ulong Parameters = 0x0101_0020;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    private static ReadOnlySpan<ulong> Iv =>
        [
            0x6A09E667F3BCC908,
            0xBB67AE8584CAA73B,
            0x3C6EF372FE94F82B,
            0xA54FF53A5F1D36F1,
            0x510E527FADE682D1,
            0x9B05688C2B3E6C1F,
            0x1F83D9ABFB41BD6B,
            0x5BE0CD19137E2179,
        ];

    /// <summary>The bytes of words that are rotated right by 24 bits.</summary>
    // csharpier-ignore
    private static Vector256<byte> By24
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10,
            3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10
        );
    }

    // csharpier-ignore
    private static Vector256<byte> By16
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9,
            2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9
        );
    }

    /// <summary>The words of the block in the order in which each round takes them.</summary>
    // csharpier-ignore
    private static ReadOnlySpan<byte> Order =>
        [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
            14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
            11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
            7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
            9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
            2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
            12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
            13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
            6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
            10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
            14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        ];

    /// <param name="prefixes">What stands before each input, one after the other.</param>
    /// <param name="prefixBytes">Bytes of one prefix, at most 128.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="hashes">As many as inputs.</param>
    public static void Hash(
        ReadOnlySpan<byte> prefixes,
        int prefixBytes,
        ReadOnlySpan<ReadOnlyMemory<byte>> inputs,
        Span<Bytes32> hashes
    )
    {
        Span<Lane> lanes = stackalloc Lane[Count];
        Span<ulong> state = stackalloc ulong[StateWords * Count];
        Span<byte> staging = stackalloc byte[Count * BlockBytes];
        var next = 0;
        var running = 0;
        for (var i = 0; i < Count; i++)
            running += TryBegin(ref lanes[i], i, state, ref next, inputs, prefixBytes) ? 1 : 0;
        while (running > 0)
        {
            var blocks = CountWholeBlocks(lanes);
            if (blocks > 0)
            {
                CompressInPlace(lanes, state, inputs, prefixBytes, blocks);
                continue;
            }
            CompressStaged(lanes, state, staging, prefixes, prefixBytes, inputs);
            for (var i = 0; i < Count; i++)
            {
                ref var lane = ref lanes[i];
                if (lane.Input == Idle || lane.Done < lane.Total)
                    continue;
                var hash = MemoryMarshal.Cast<byte, ulong>(hashes[lane.Input].MutableSpan);
                for (var word = 0; word < hash.Length; word++)
                    hash[word] = state[(word * Count) + i];
                running -= TryBegin(ref lane, i, state, ref next, inputs, prefixBytes) ? 0 : 1;
            }
        }
    }

    private static bool TryBegin(
        ref Lane lane,
        int number,
        Span<ulong> state,
        ref int next,
        ReadOnlySpan<ReadOnlyMemory<byte>> inputs,
        int prefixBytes
    )
    {
        if (next == inputs.Length)
        {
            lane = new Lane { Input = Idle };
            return false;
        }
        lane = new Lane { Input = next, Total = (long)prefixBytes + inputs[next].Length };
        next++;
        for (var word = 0; word < StateWords; word++)
            state[(word * Count) + number] = word == 0 ? Iv[0] ^ Parameters : Iv[word];
        return true;
    }

    /// <summary>Blocks that lie in one piece in the input of every lane, and are not the last of it.</summary>
    private static int CountWholeBlocks(ReadOnlySpan<Lane> lanes)
    {
        var least = long.MaxValue;
        foreach (ref readonly var lane in lanes)
        {
            // The first block holds the prefix; the last one is marked.
            if (lane.Input != Idle)
                least = Math.Min(least, lane.Done == 0 ? 0 : (lane.Total - lane.Done - 1) / BlockBytes);
        }
        return (int)least;
    }

    private static void CompressInPlace(
        Span<Lane> lanes,
        Span<ulong> state,
        ReadOnlySpan<ReadOnlyMemory<byte>> inputs,
        int prefixBytes,
        int blocks
    )
    {
        // In bounds: each of these has at least so many blocks left; an idle lane goes along with another.
        fixed (byte* first = Rest(lanes, 0, inputs, prefixBytes))
        fixed (byte* second = Rest(lanes, 1, inputs, prefixBytes))
        fixed (byte* third = Rest(lanes, 2, inputs, prefixBytes))
        fixed (byte* fourth = Rest(lanes, 3, inputs, prefixBytes))
        fixed (ulong* words = state)
        {
            var counter = Counters(lanes);
            for (var i = 0; i < blocks; i++)
            {
                var at = i * BlockBytes;
                counter = Avx2.Add(counter, Vector256.Create((ulong)BlockBytes));
                Compress(words, first + at, second + at, third + at, fourth + at, counter, default);
            }
        }
        foreach (ref var lane in lanes)
            lane.Done += (long)blocks * BlockBytes;
    }

    private static ReadOnlySpan<byte> Rest(
        ReadOnlySpan<Lane> lanes,
        int number,
        ReadOnlySpan<ReadOnlyMemory<byte>> inputs,
        int prefixBytes
    )
    {
        for (var i = 0; ; i++)
        {
            ref readonly var lane = ref lanes[(number + i) % Count];
            if (lane.Input != Idle)
                return inputs[lane.Input].Span[(int)(lane.Done - prefixBytes)..];
        }
    }

    private static void CompressStaged(
        Span<Lane> lanes,
        Span<ulong> state,
        Span<byte> staging,
        ReadOnlySpan<byte> prefixes,
        int prefixBytes,
        ReadOnlySpan<ReadOnlyMemory<byte>> inputs
    )
    {
        staging.Clear();
        Span<ulong> finals = stackalloc ulong[Count];
        for (var i = 0; i < Count; i++)
        {
            ref var lane = ref lanes[i];
            if (lane.Input == Idle)
                continue;
            var block = staging.Slice(i * BlockBytes, BlockBytes);
            var length = (int)Math.Min(BlockBytes, lane.Total - lane.Done);
            var prefix = lane.Done == 0 ? prefixBytes : 0;
            prefixes.Slice(lane.Input * prefixBytes, prefix).CopyTo(block);
            inputs[lane.Input]
                .Span.Slice((int)(lane.Done + prefix - prefixBytes), length - prefix)
                .CopyTo(block[prefix..]);
            lane.Done += length;
            finals[i] = lane.Done == lane.Total ? ulong.MaxValue : 0;
        }
        // In bounds: one block of the staging room for each lane.
        fixed (byte* blocks = staging)
        fixed (ulong* words = state)
        {
            Compress(
                words,
                blocks,
                blocks + BlockBytes,
                blocks + (2 * BlockBytes),
                blocks + (3 * BlockBytes),
                Counters(lanes),
                Vector256.Create<ulong>(finals)
            );
        }
    }

    private static Vector256<ulong> Counters(ReadOnlySpan<Lane> lanes) =>
        Vector256.Create((ulong)lanes[0].Done, (ulong)lanes[1].Done, (ulong)lanes[2].Done, (ulong)lanes[3].Done);

    /// <summary>Takes in a block of each lane.</summary>
    [SkipLocalsInit]
    private static void Compress(
        ulong* state,
        byte* first,
        byte* second,
        byte* third,
        byte* fourth,
        Vector256<ulong> counter,
        Vector256<ulong> final
    )
    {
        // In bounds: a block is four times four words, and the order names words of it only.
        var words = stackalloc Vector256<ulong>[BlockBytes / sizeof(ulong)];
        for (var i = 0; i < BlockBytes / sizeof(ulong); i += Count)
            Transpose(words + i, first + (i * 8), second + (i * 8), third + (i * 8), fourth + (i * 8));
        var own = (Vector256<ulong>*)state;
        var (v0, v1, v2, v3) = (own[0], own[1], own[2], own[3]);
        var (v4, v5, v6, v7) = (own[4], own[5], own[6], own[7]);
        var (v8, v9) = (Vector256.Create(Iv[0]), Vector256.Create(Iv[1]));
        var (v10, v11) = (Vector256.Create(Iv[2]), Vector256.Create(Iv[3]));
        var v12 = Avx2.Xor(Vector256.Create(Iv[4]), counter);
        var v13 = Vector256.Create(Iv[5]);
        var v14 = Avx2.Xor(Vector256.Create(Iv[6]), final);
        var v15 = Vector256.Create(Iv[7]);
        ref var order = ref MemoryMarshal.GetReference(Order);
        for (var round = 0; round < Rounds; round++)
        {
            Mix(ref v0, ref v4, ref v8, ref v12, words[order], words[Unsafe.Add(ref order, 1)]);
            Mix(ref v1, ref v5, ref v9, ref v13, words[Unsafe.Add(ref order, 2)], words[Unsafe.Add(ref order, 3)]);
            Mix(ref v2, ref v6, ref v10, ref v14, words[Unsafe.Add(ref order, 4)], words[Unsafe.Add(ref order, 5)]);
            Mix(ref v3, ref v7, ref v11, ref v15, words[Unsafe.Add(ref order, 6)], words[Unsafe.Add(ref order, 7)]);
            Mix(ref v0, ref v5, ref v10, ref v15, words[Unsafe.Add(ref order, 8)], words[Unsafe.Add(ref order, 9)]);
            Mix(ref v1, ref v6, ref v11, ref v12, words[Unsafe.Add(ref order, 10)], words[Unsafe.Add(ref order, 11)]);
            Mix(ref v2, ref v7, ref v8, ref v13, words[Unsafe.Add(ref order, 12)], words[Unsafe.Add(ref order, 13)]);
            Mix(ref v3, ref v4, ref v9, ref v14, words[Unsafe.Add(ref order, 14)], words[Unsafe.Add(ref order, 15)]);
            order = ref Unsafe.Add(ref order, BlockBytes / sizeof(ulong));
        }
        own[0] = Avx2.Xor(own[0], Avx2.Xor(v0, v8));
        own[1] = Avx2.Xor(own[1], Avx2.Xor(v1, v9));
        own[2] = Avx2.Xor(own[2], Avx2.Xor(v2, v10));
        own[3] = Avx2.Xor(own[3], Avx2.Xor(v3, v11));
        own[4] = Avx2.Xor(own[4], Avx2.Xor(v4, v12));
        own[5] = Avx2.Xor(own[5], Avx2.Xor(v5, v13));
        own[6] = Avx2.Xor(own[6], Avx2.Xor(v6, v14));
        own[7] = Avx2.Xor(own[7], Avx2.Xor(v7, v15));
    }

    /// <summary>Four words of four lanes: the first words of all become the first vector, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector256<ulong>* words, byte* first, byte* second, byte* third, byte* fourth)
    {
        var (a, b) = (Vector256.Load((ulong*)first), Vector256.Load((ulong*)second));
        var (c, d) = (Vector256.Load((ulong*)third), Vector256.Load((ulong*)fourth));
        var (even, odd) = (Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b));
        var (evenRight, oddRight) = (Avx2.UnpackLow(c, d), Avx2.UnpackHigh(c, d));
        words[0] = Avx2.Permute2x128(even, evenRight, 0x20);
        words[1] = Avx2.Permute2x128(odd, oddRight, 0x20);
        words[2] = Avx2.Permute2x128(even, evenRight, 0x31);
        words[3] = Avx2.Permute2x128(odd, oddRight, 0x31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector256<ulong> a,
        ref Vector256<ulong> b,
        ref Vector256<ulong> c,
        ref Vector256<ulong> d,
        Vector256<ulong> x,
        Vector256<ulong> y
    )
    {
        a = Avx2.Add(Avx2.Add(a, b), x);
        d = Avx2.Xor(d, a);
        d = Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateRight(d, 32)
            : Avx2.Shuffle(d.AsInt32(), 0b_10_11_00_01).AsUInt64();
        c = Avx2.Add(c, d);
        b = Avx2.Xor(b, c);
        b = Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(b, 24) : Avx2.Shuffle(b.AsByte(), By24).AsUInt64();
        a = Avx2.Add(Avx2.Add(a, b), y);
        d = Avx2.Xor(d, a);
        d = Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(d, 16) : Avx2.Shuffle(d.AsByte(), By16).AsUInt64();
        c = Avx2.Add(c, d);
        b = Avx2.Xor(b, c);
        b = Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateRight(b, 63)
            : Avx2.Or(Avx2.ShiftRightLogical(b, 63), Avx2.Add(b, b));
    }

    /// <summary>What a lane is at.</summary>
    private struct Lane
    {
        /// <summary>The position of its input, or <see cref="Idle"/>.</summary>
        public int Input;

        /// <summary>Bytes taken in, prefix included.</summary>
        public long Done;

        /// <summary>Bytes in all.</summary>
        public long Total;
    }
}
