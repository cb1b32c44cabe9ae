using System.Security.Cryptography;

namespace Hyper.Crypto.Internal;

/// <summary>HKDF with HMAC-BLAKE2b-512 (block of 128 bytes). Source: noise-handshake 4.2.0, hkdf.js and hmac.js.</summary>
internal static class NoiseKdf
{
    public const int HashBytes = 64;

    private const int BlockBytes = 128;

    /// <summary>Two outputs of 64 bytes. <paramref name="first"/> may be the salt's own memory.</summary>
    public static void Derive(
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> keyMaterial,
        Span<byte> first,
        Span<byte> second
    )
    {
        Span<byte> extracted = stackalloc byte[HashBytes];
        Span<byte> chained = stackalloc byte[HashBytes + 1];
        Hmac(salt, keyMaterial, extracted);
        Hmac(extracted, [1], first);
        first.CopyTo(chained);
        chained[HashBytes] = 2;
        Hmac(extracted, chained, second);
        CryptographicOperations.ZeroMemory(extracted);
        CryptographicOperations.ZeroMemory(chained);
    }

    private static void Hmac(ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> input, Span<byte> destination)
    {
        Span<byte> pad = stackalloc byte[BlockBytes];
        Span<byte> inner = stackalloc byte[HashBytes];

        FillPad(pad, key, 0x36);
        var hasher = new Blake2bHasher(HashBytes);
        hasher.Update(pad);
        hasher.Update(input);
        hasher.Finish(inner);

        FillPad(pad, key, 0x5c);
        hasher = new Blake2bHasher(HashBytes);
        hasher.Update(pad);
        hasher.Update(inner);
        hasher.Finish(destination);

        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(inner);
    }

    private static void FillPad(Span<byte> pad, ReadOnlySpan<byte> key, byte value)
    {
        pad.Fill(value);
        for (var i = 0; i < key.Length; i++)
            pad[i] ^= key[i];
    }
}
