using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TestKit.Partners;

/// <summary>
/// Bytes that both sides make from a seed (the driver's <c>pattern.mjs</c>): the little-endian 32-bit word j is a mix of
/// seed and j, so that lost, repeated and moved bytes all change the hash.
/// </summary>
public static class Pattern
{
    private const int HashBlockBytes = 64 * 1024;

    /// <summary>Writes the bytes of the pattern that begin at <paramref name="offset"/>.</summary>
    public static void Fill(Span<byte> target, int seed, long offset)
    {
        Span<byte> word = stackalloc byte[4];
        while (!target.IsEmpty)
        {
            var within = (int)(offset & 3);
            BinaryPrimitives.WriteUInt32LittleEndian(word, Word(seed, (uint)(offset >> 2)));
            var taken = Math.Min(4 - within, target.Length);
            word.Slice(within, taken).CopyTo(target);
            target = target[taken..];
            offset += taken;
        }
    }

    /// <summary>The first <paramref name="length"/> bytes of the pattern.</summary>
    public static byte[] Make(int seed, int length)
    {
        var bytes = new byte[length];
        Fill(bytes, seed, 0);
        return bytes;
    }

    /// <summary>SHA-256, in lower-case hexadecimal, of the first <paramref name="length"/> bytes.</summary>
    public static string HashOf(int seed, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[HashBlockBytes];
        for (long at = 0; at < length; at += block.Length)
        {
            var part = block.AsSpan(0, (int)Math.Min(block.Length, length - at));
            Fill(part, seed, at);
            hash.AppendData(part);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static uint Word(int seed, uint index)
    {
        unchecked
        {
            var x = (uint)seed + index * 0x9E3779B9;
            x ^= x >> 16;
            x *= 0x85EBCA6B;
            x ^= x >> 13;
            x *= 0xC2B2AE35;
            return x ^ (x >> 16);
        }
    }
}
