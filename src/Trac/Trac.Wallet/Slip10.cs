using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Trac.Wallet;

/// <summary>
/// SLIP-0010 for Ed25519: private keys derived from a seed by hardened steps.
/// Source: https://github.com/satoshilabs/slips/blob/master/slip-0010.md.
/// </summary>
public static class Slip10
{
    /// <summary>Size in bytes of a private key, which is an Ed25519 seed.</summary>
    public const int KeyBytes = 32;

    private const int NodeBytes = 64;
    private const uint HardenedBit = 0x8000_0000;

    /// <summary>Writes the private key at the end of <paramref name="steps"/> to <paramref name="key"/>.</summary>
    /// <param name="seed">The seed of the whole tree, 64 bytes for a mnemonic.</param>
    /// <param name="steps">Steps without their hardening bit.</param>
    /// <param name="key">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is too short.</exception>
    public static void DeriveKey(ReadOnlySpan<byte> seed, ReadOnlySpan<uint> steps, Span<byte> key)
    {
        if (key.Length < KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes, got {key.Length}.", nameof(key));
        // A node is its private key followed by its chain code.
        Span<byte> node = stackalloc byte[NodeBytes];
        Span<byte> input = stackalloc byte[1 + KeyBytes + sizeof(uint)];
        HMACSHA512.HashData("ed25519 seed"u8, seed, node);
        foreach (var step in steps)
        {
            input[0] = 0;
            node[..KeyBytes].CopyTo(input[1..]);
            BinaryPrimitives.WriteUInt32BigEndian(input[(1 + KeyBytes)..], step | HardenedBit);
            HMACSHA512.HashData(node[KeyBytes..], input, node);
        }
        node[..KeyBytes].CopyTo(key);
        CryptographicOperations.ZeroMemory(node);
        CryptographicOperations.ZeroMemory(input);
    }
}
