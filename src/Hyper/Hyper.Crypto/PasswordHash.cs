using System.Security.Cryptography;
using Hyper.Crypto.Internal;

namespace Hyper.Crypto;

/// <summary>Keys from passwords. Slow by design: never called on a loop.</summary>
public static class PasswordHash
{
    /// <summary>Size in bytes of a salt.</summary>
    public const int SaltBytes = 16;

    /// <summary>Fills <paramref name="key"/> (16 bytes or more) by Argon2i 1.3 (libsodium's <c>crypto_pwhash</c>).</summary>
    /// <param name="password">The password as bytes, usually UTF-8.</param>
    /// <param name="salt">16 bytes.</param>
    /// <param name="operations">Number of passes, at least 3.</param>
    /// <param name="memoryBytes">Memory to use, at least 8192 bytes.</param>
    /// <param name="key">Receives the key.</param>
    /// <exception cref="ArgumentException">A length or cost is out of range.</exception>
    /// <exception cref="CryptographicException">The memory could not be had.</exception>
    public static void Argon2i13(
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ulong operations,
        long memoryBytes,
        Span<byte> key
    )
    {
        if (salt.Length != SaltBytes)
            throw new ArgumentException($"A salt has {SaltBytes} bytes, got {salt.Length}.", nameof(salt));
        if (key.Length < 16)
            throw new ArgumentException("A key has at least 16 bytes.", nameof(key));
        ArgumentOutOfRangeException.ThrowIfLessThan(operations, 3ul);
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryBytes, 8192);
        var status = Sodium.crypto_pwhash(
            key,
            (ulong)key.Length,
            password,
            (ulong)password.Length,
            salt,
            operations,
            (nuint)memoryBytes,
            Sodium.Argon2i13
        );
        if (status != 0)
            throw new CryptographicException($"Argon2i could not run with {memoryBytes} bytes of memory.");
    }
}
