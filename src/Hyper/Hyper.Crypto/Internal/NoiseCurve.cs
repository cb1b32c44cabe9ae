using System.Security.Cryptography;
using Hyper.Encoding;

namespace Hyper.Crypto.Internal;

/// <summary>
/// Diffie-Hellman on Edwards points with signing keys, as Holepunch's Noise has it instead of X25519.
/// Source: noise-curve-ed 2.1.0, index.js.
/// </summary>
internal static class NoiseCurve
{
    public const int SharedBytes = 32;

    /// <summary>The compressed product point.</summary>
    /// <returns>False when <paramref name="remote"/> is no canonical point of the prime-order group.</returns>
    public static bool TryAgree(KeyPair local, in Bytes32 remote, Span<byte> shared)
    {
        Span<byte> scalar = stackalloc byte[64];
        Sodium.Check(Sodium.crypto_hash_sha512(scalar, local.SecretKey, KeyPair.SeedBytes));
        scalar[0] &= 0xf8;
        scalar[31] &= 0x7f;
        scalar[31] |= 0x40;
        var status = Sodium.crypto_scalarmult_ed25519_noclamp(shared, scalar, remote.Span);
        CryptographicOperations.ZeroMemory(scalar);
        return status == 0;
    }
}
