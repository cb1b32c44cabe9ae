using Trac.Wallet.Internal;

namespace Trac.Wallet;

/// <summary>
/// BLAKE3 with 32 bytes of output, no key: the hash of Trac's transactions. One chunk at a time, as what is
/// hashed are a few hundred bytes.
/// Source: the BLAKE3 specification, https://github.com/BLAKE3-team/BLAKE3-specs (2020).
/// </summary>
public static class Blake3
{
    /// <summary>Size in bytes of a hash.</summary>
    public const int HashBytes = 32;

    /// <summary>Chunks are of 2^10 bytes, so a span has at most 2^21 of them and the tree 21 levels.</summary>
    private const int MaxLevels = 22;

    /// <summary>The hash of <paramref name="source"/>.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> source)
    {
        var hash = new byte[HashBytes];
        Hash(source, hash);
        return hash;
    }

    /// <summary>Writes the hash of <paramref name="source"/> to the front of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (destination.Length < HashBytes)
            throw new ArgumentException(
                $"A hash has {HashBytes} bytes, got {destination.Length}.",
                nameof(destination)
            );
        Span<uint> stack = stackalloc uint[MaxLevels * Blake3Node.ChainingWords];
        var levels = 0;
        ulong chunk = 0;
        for (; source.Length > Blake3Node.ChunkBytes; source = source[Blake3Node.ChunkBytes..])
        {
            Span<uint> chaining = stack.Slice(levels++ * Blake3Node.ChainingWords, Blake3Node.ChainingWords);
            Blake3Node.OfChunk(source[..Blake3Node.ChunkBytes], chunk++).GetChaining(chaining);
            // As many subtrees are complete as the number of chunks so far has zeros at its end.
            for (var done = chunk; (done & 1) == 0; done >>= 1)
                MergeTop(stack, --levels);
        }

        var last = Blake3Node.OfChunk(source, chunk);
        while (levels > 0)
        {
            var top = stack.Slice(--levels * Blake3Node.ChainingWords, 2 * Blake3Node.ChainingWords);
            last.GetChaining(top[Blake3Node.ChainingWords..]);
            last = Blake3Node.OfParent(top);
        }
        last.GetRootHash(destination[..HashBytes]);
    }

    /// <summary>Replaces the two topmost chaining values by that of their parent; <paramref name="right"/> is the upper.</summary>
    private static void MergeTop(Span<uint> stack, int right)
    {
        var pair = stack.Slice((right - 1) * Blake3Node.ChainingWords, 2 * Blake3Node.ChainingWords);
        Blake3Node.OfParent(pair).GetChaining(pair[..Blake3Node.ChainingWords]);
    }
}
