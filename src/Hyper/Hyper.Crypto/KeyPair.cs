using System.Security.Cryptography;
using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>
/// An Ed25519 key pair: the identity of a peer, a core or a wallet. The secret stays in memory that is never moved and
/// is zeroed by <see cref="Dispose"/>; it is never printed. Immutable, so it may be used from several threads.
/// </summary>
public sealed class KeyPair : IDisposable
{
    /// <summary>Size in bytes of a seed.</summary>
    public const int SeedBytes = Sodium.SeedBytes;

    /// <summary>Size in bytes of a secret key: the seed followed by the public key, as libsodium keeps it.</summary>
    public const int SecretKeyBytes = Sodium.SecretKeyBytes;

    private readonly SecretBuffer _secretKey = new(SecretKeyBytes);
    private readonly Bytes32 _publicKey;

    private KeyPair(ReadOnlySpan<byte> seed)
    {
        Sodium.Check(Sodium.crypto_sign_seed_keypair(_publicKey.MutableSpan, _secretKey.Span, seed));
    }

    /// <summary>The public key.</summary>
    public Bytes32 PublicKey => _publicKey;

    /// <summary>The seed followed by the public key. Valid until <see cref="Dispose"/>.</summary>
    internal ReadOnlySpan<byte> SecretKey => _secretKey.Span;

    /// <summary>The key pair of a 32-byte seed.</summary>
    /// <exception cref="ArgumentException"><paramref name="seed"/> has another length.</exception>
    public static KeyPair FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException($"A seed has {SeedBytes} bytes, got {seed.Length}.", nameof(seed));
        return new KeyPair(seed);
    }

    /// <summary>The key pair of a 64-byte secret key (seed, then public key).</summary>
    /// <exception cref="ArgumentException">Another length, or the public half does not belong to the seed.</exception>
    public static KeyPair FromSecretKey(ReadOnlySpan<byte> secretKey)
    {
        if (secretKey.Length != SecretKeyBytes)
            throw new ArgumentException(
                $"A secret key has {SecretKeyBytes} bytes, got {secretKey.Length}.",
                nameof(secretKey)
            );
        var pair = new KeyPair(secretKey[..SeedBytes]);
        // Signing with a foreign public half would give the secret away.
        if (pair.PublicKey.Span.SequenceEqual(secretKey[SeedBytes..]))
            return pair;
        pair.Dispose();
        throw new ArgumentException(
            "The public half of the secret key does not belong to its seed.",
            nameof(secretKey)
        );
    }

    /// <summary>A new key pair from the operating system's randomness.</summary>
    public static KeyPair Generate()
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        RandomNumberGenerator.Fill(seed);
        var pair = new KeyPair(seed);
        CryptographicOperations.ZeroMemory(seed);
        return pair;
    }

    /// <summary>Writes the 64-byte signature of <paramref name="message"/> to the front of <paramref name="signature"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="signature"/> is shorter than 64 bytes.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length < Ed25519.SignatureBytes)
            throw new ArgumentException($"Needs {Ed25519.SignatureBytes} bytes.", nameof(signature));
        Sodium.Check(Sodium.crypto_sign_detached(signature, 0, message, (ulong)message.Length, SecretKey));
    }

    /// <summary>Copies the 64-byte secret key out, to be stored encrypted. The caller zeroes the copy.</summary>
    public void ExportSecretKey(Span<byte> destination) => SecretKey.CopyTo(destination);

    /// <summary>Zeroes the secret. Using the key pair afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _secretKey.Dispose();

    /// <summary>The first bytes of the public key as text; never the secret.</summary>
    public override string ToString() => $"KeyPair({Convert.ToHexStringLower(_publicKey.Span[..4])}…)";
}
