using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Intercom.Sidechannels.Internal.Proof;

/// <summary>
/// SHA-256 (FIPS 180-4) between two blocks: eight words that can be copied. The platform's hash cannot be forked, and
/// mining hashes one long prefix with a million short endings, so this one exists for that alone.
/// </summary>
[InlineArray(Words)]
internal struct Sha256State
{
    public const int BlockBytes = 64;
    private const int Words = 8;

    private static ReadOnlySpan<uint> RoundConstants =>
        [
            0x428a2f98,
            0x71374491,
            0xb5c0fbcf,
            0xe9b5dba5,
            0x3956c25b,
            0x59f111f1,
            0x923f82a4,
            0xab1c5ed5,
            0xd807aa98,
            0x12835b01,
            0x243185be,
            0x550c7dc3,
            0x72be5d74,
            0x80deb1fe,
            0x9bdc06a7,
            0xc19bf174,
            0xe49b69c1,
            0xefbe4786,
            0x0fc19dc6,
            0x240ca1cc,
            0x2de92c6f,
            0x4a7484aa,
            0x5cb0a9dc,
            0x76f988da,
            0x983e5152,
            0xa831c66d,
            0xb00327c8,
            0xbf597fc7,
            0xc6e00bf3,
            0xd5a79147,
            0x06ca6351,
            0x14292967,
            0x27b70a85,
            0x2e1b2138,
            0x4d2c6dfc,
            0x53380d13,
            0x650a7354,
            0x766a0abb,
            0x81c2c92e,
            0x92722c85,
            0xa2bfe8a1,
            0xa81a664b,
            0xc24b8b70,
            0xc76c51a3,
            0xd192e819,
            0xd6990624,
            0xf40e3585,
            0x106aa070,
            0x19a4c116,
            0x1e376c08,
            0x2748774c,
            0x34b0bcb5,
            0x391c0cb3,
            0x4ed8aa4a,
            0x5b9cca4f,
            0x682e6ff3,
            0x748f82ee,
            0x78a5636f,
            0x84c87814,
            0x8cc70208,
            0x90befffa,
            0xa4506ceb,
            0xbef9a3f7,
            0xc67178f2,
        ];

    private uint _word;

    public static Sha256State Create()
    {
        var state = new Sha256State();
        ReadOnlySpan<uint> start =
        [
            0x6a09e667,
            0xbb67ae85,
            0x3c6ef372,
            0xa54ff53a,
            0x510e527f,
            0x9b05688c,
            0x1f83d9ab,
            0x5be0cd19,
        ];
        start.CopyTo(state);
        return state;
    }

    /// <summary>Takes whole blocks.</summary>
    public void Update(ReadOnlySpan<byte> blocks)
    {
        for (; blocks.Length >= BlockBytes; blocks = blocks[BlockBytes..])
            Compress(blocks);
    }

    /// <summary>Zero bits at the front of the digest, counting at most the first 64.</summary>
    public readonly int LeadingZeroBits => BitOperations.LeadingZeroCount(((ulong)this[0] << 32) | this[1]);

    [SkipLocalsInit]
    private void Compress(ReadOnlySpan<byte> block)
    {
        Span<uint> schedule = stackalloc uint[64];
        for (var i = 0; i < 16; i++)
            schedule[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        for (var i = 16; i < 64; i++)
        {
            var low = schedule[i - 15];
            var high = schedule[i - 2];
            low = BitOperations.RotateRight(low, 7) ^ BitOperations.RotateRight(low, 18) ^ (low >> 3);
            high = BitOperations.RotateRight(high, 17) ^ BitOperations.RotateRight(high, 19) ^ (high >> 10);
            schedule[i] = schedule[i - 16] + low + schedule[i - 7] + high;
        }

        uint a = this[0],
            b = this[1],
            c = this[2],
            d = this[3],
            e = this[4],
            f = this[5],
            g = this[6],
            h = this[7];
        var constants = RoundConstants;
        for (var i = 0; i < 64; i++)
        {
            var sum1 =
                BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var first = h + sum1 + ((e & f) ^ (~e & g)) + constants[i] + schedule[i];
            var sum0 =
                BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            var second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + second);
        }
        this[0] += a;
        this[1] += b;
        this[2] += c;
        this[3] += d;
        this[4] += e;
        this[5] += f;
        this[6] += g;
        this[7] += h;
    }
}
