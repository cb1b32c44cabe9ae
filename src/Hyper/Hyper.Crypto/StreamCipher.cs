using Hyper.Crypto.Internal;

namespace Hyper.Crypto;

/// <summary>
/// XSalsa20 without an authenticator (libsodium's <c>crypto_stream_xor</c>): whoever has the key reads, nobody notices a
/// change. A nonce used twice under one key shows the difference of both messages.
/// </summary>
public static class StreamCipher
{
    /// <summary>Size in bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Size in bytes of a nonce.</summary>
    public const int NonceBytes = 24;

    /// <summary>Encrypts or decrypts in place.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void Xor(Span<byte> message, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (nonce.Length != NonceBytes)
            throw new ArgumentException($"A nonce has {NonceBytes} bytes, got {nonce.Length}.", nameof(nonce));
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes, got {key.Length}.", nameof(key));
        Sodium.Check(Sodium.crypto_stream_xor(message, message, (ulong)message.Length, nonce, key));
    }
}
