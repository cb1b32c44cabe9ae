using Hyper.Crypto.Internal;

namespace Hyper.Crypto;

/// <summary>
/// The sending side of one direction of a secretstream. Each message depends on all before it: none may be lost,
/// repeated or reordered. Owned by one stream; not thread-safe.
/// </summary>
/// <param name="key">32 bytes.</param>
/// <param name="header">24 random bytes, sent to the other side first.</param>
public sealed class SecretStreamEncryptor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> header) : IDisposable
{
    private const byte MessageTag = 0;

    private readonly SecretBuffer _state = SecretStreamCipher.CreateState(key, header);

    /// <summary>
    /// Writes the ciphertext of <paramref name="message"/>, <see cref="SecretStreamCipher.OverheadBytes"/> longer than
    /// it, to the front of <paramref name="destination"/>.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too small.</exception>
    public void Encrypt(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (destination.Length < message.Length + SecretStreamCipher.OverheadBytes)
            throw new ArgumentException("Too small for the ciphertext.", nameof(destination));
        Sodium.Check(
            Sodium.crypto_secretstream_xchacha20poly1305_push(
                _state.Span,
                destination,
                0,
                message,
                (ulong)message.Length,
                0,
                0,
                MessageTag
            )
        );
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _state.Dispose();
}
