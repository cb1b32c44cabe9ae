using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>
/// BLAKE2b in one call: 32 bytes with or without a key, and 64 bytes. Several inputs are hashed as if joined.
/// For more inputs or other sizes there is <see cref="Blake2bHasher"/>.
/// </summary>
public static class Blake2b
{
    /// <summary>Size in bytes of the short hash.</summary>
    public const int HashBytes = 32;

    /// <summary>Size in bytes of the long hash.</summary>
    public const int LongHashBytes = 64;

    /// <summary>The longest key in bytes.</summary>
    public const int MaxKeyBytes = 64;

    /// <summary>The 32-byte hash of <paramref name="input"/>.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> input)
    {
        var hash = default(Bytes32);
        Compute(hash.MutableSpan, input, default);
        return hash;
    }

    /// <summary>The 32-byte hash of two inputs as if joined.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => Hash(first, second, default);

    /// <summary>The 32-byte hash of three inputs as if joined.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        var hasher = new Blake2bHasher(HashBytes);
        hasher.Update(first);
        hasher.Update(second);
        hasher.Update(third);
        return hasher.Finish();
    }

    /// <summary>
    /// The 32-byte hash of each input as if joined to a prefix of its own. Faster than one after the other where the processor
    /// has AVX2 and no input is as long as half of all.
    /// </summary>
    /// <param name="prefixes">The prefixes one after the other, equally long, at most 128 bytes each.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="hashes">Takes as many hashes as there are inputs.</param>
    /// <exception cref="ArgumentException">The numbers of prefixes, inputs and hashes do not fit.</exception>
    public static void HashEach(
        ReadOnlySpan<byte> prefixes,
        ReadOnlySpan<ReadOnlyMemory<byte>> inputs,
        Span<Bytes32> hashes
    )
    {
        if (inputs.IsEmpty)
            return;
        var prefixBytes = prefixes.Length / inputs.Length;
        if (prefixBytes * inputs.Length != prefixes.Length || prefixBytes > Blake2bLanes.BlockBytes)
            throw new ArgumentException("Needs one prefix of at most 128 bytes for each input.", nameof(prefixes));
        if (hashes.Length < inputs.Length)
            throw new ArgumentException("Needs room for one hash for each input.", nameof(hashes));
        if (Blake2bLanes.IsSupported && IsEven(inputs, prefixBytes))
        {
            Blake2bLanes.Hash(prefixes, prefixBytes, inputs, hashes);
            return;
        }
        for (var i = 0; i < inputs.Length; i++)
            hashes[i] = Hash(prefixes.Slice(i * prefixBytes, prefixBytes), inputs[i].Span);
    }

    /// <summary>The 32-byte hash of <paramref name="input"/> under a key of 1 to 64 bytes.</summary>
    public static Bytes32 KeyedHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        RequireKey(key);
        var hash = default(Bytes32);
        Compute(hash.MutableSpan, input, key);
        return hash;
    }

    /// <summary>The 32-byte hash of two inputs as if joined, under a key of 1 to 64 bytes.</summary>
    public static Bytes32 KeyedHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        RequireKey(key);
        var hasher = new Blake2bHasher(HashBytes, key);
        hasher.Update(first);
        hasher.Update(second);
        return hasher.Finish();
    }

    /// <summary>Writes the 64-byte hash of <paramref name="input"/>; <paramref name="destination"/> may overlap it.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than 64 bytes.</exception>
    public static void LongHash(ReadOnlySpan<byte> input, Span<byte> destination)
    {
        if (destination.Length < LongHashBytes)
            throw new ArgumentException($"Needs {LongHashBytes} bytes.", nameof(destination));
        Compute(destination[..LongHashBytes], input, default);
    }

    /// <summary>Whether the lanes are busy most of the time: four at once take as long as one or two by themselves.</summary>
    private static bool IsEven(ReadOnlySpan<ReadOnlyMemory<byte>> inputs, int prefixBytes)
    {
        var (sum, longest) = (0L, 0L);
        foreach (ref readonly var input in inputs)
        {
            var bytes = (long)prefixBytes + input.Length;
            sum += bytes;
            longest = Math.Max(longest, bytes);
        }
        return sum > 2 * longest;
    }

    private static void RequireKey(ReadOnlySpan<byte> key)
    {
        // Zero bytes of key would silently give the unkeyed hash.
        if (key.Length is 0 or > MaxKeyBytes)
            throw new ArgumentException($"A key has 1 to {MaxKeyBytes} bytes, got {key.Length}.", nameof(key));
    }

    private static void Compute(Span<byte> hash, ReadOnlySpan<byte> input, ReadOnlySpan<byte> key) =>
        Sodium.Check(
            Sodium.crypto_generichash(hash, (nuint)hash.Length, input, (ulong)input.Length, key, (nuint)key.Length)
        );
}
