using Hyper.Crypto.Internal;

namespace Hyper.Crypto;

/// <summary>
/// XSalsa20-Poly1305 boxes (libsodium's <c>crypto_secretbox_easy</c>): 16 bytes of authenticator, then the ciphertext.
/// A nonce must never be used twice under one key.
/// </summary>
public static class SecretBox
{
    /// <summary>Size in bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Size in bytes of a nonce.</summary>
    public const int NonceBytes = 24;

    /// <summary>Bytes that a box is longer than its message.</summary>
    public const int OverheadBytes = Sodium.MacBytes;

    /// <summary>Writes the box of <paramref name="message"/> to the front of <paramref name="destination"/>; both may overlap.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void Seal(
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key,
        Span<byte> destination
    )
    {
        RequireLengths(nonce, key);
        if (destination.Length < message.Length + OverheadBytes)
            throw new ArgumentException("Too small for the box.", nameof(destination));
        Sodium.Check(Sodium.crypto_secretbox_easy(destination, message, (ulong)message.Length, nonce, key));
    }

    /// <summary>
    /// Opens <paramref name="box"/> into the front of <paramref name="destination"/>, which needs
    /// <see cref="OverheadBytes"/> less than the box and may overlap it.
    /// </summary>
    /// <returns>False when the box is too short or not authentic; nothing is written then.</returns>
    /// <exception cref="ArgumentException">The length of nonce, key or destination is wrong.</exception>
    public static bool TryOpen(
        ReadOnlySpan<byte> box,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key,
        Span<byte> destination
    )
    {
        RequireLengths(nonce, key);
        if (box.Length < OverheadBytes)
            return false;
        if (destination.Length < box.Length - OverheadBytes)
            throw new ArgumentException("Too small for the message.", nameof(destination));
        return Sodium.crypto_secretbox_open_easy(destination, box, (ulong)box.Length, nonce, key) == 0;
    }

    private static void RequireLengths(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (nonce.Length != NonceBytes)
            throw new ArgumentException($"A nonce has {NonceBytes} bytes.", nameof(nonce));
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes.", nameof(key));
    }
}
