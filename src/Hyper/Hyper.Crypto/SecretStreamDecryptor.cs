using Hyper.Crypto.Internal;

namespace Hyper.Crypto;

/// <summary>The receiving side of one direction of a secretstream. Owned by one stream; not thread-safe.</summary>
/// <param name="key">32 bytes.</param>
/// <param name="header">The 24 bytes received first.</param>
public sealed class SecretStreamDecryptor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> header) : IDisposable
{
    private readonly SecretBuffer _state = SecretStreamCipher.CreateState(key, header);

    /// <summary>
    /// Writes the message of <paramref name="ciphertext"/>, <see cref="SecretStreamCipher.OverheadBytes"/> shorter than
    /// it, to the front of <paramref name="destination"/>. The tag is not looked at, as in JS.
    /// </summary>
    /// <returns>False when the ciphertext is too short or not the authentic next one; the state is then unchanged.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too small.</exception>
    public bool TryDecrypt(ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        if (ciphertext.Length < SecretStreamCipher.OverheadBytes)
            return false;
        if (destination.Length < ciphertext.Length - SecretStreamCipher.OverheadBytes)
            throw new ArgumentException("Too small for the message.", nameof(destination));
        return Sodium.crypto_secretstream_xchacha20poly1305_pull(
                _state.Span,
                destination,
                0,
                out _,
                ciphertext,
                (ulong)ciphertext.Length,
                0,
                0
            ) == 0;
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _state.Dispose();
}
