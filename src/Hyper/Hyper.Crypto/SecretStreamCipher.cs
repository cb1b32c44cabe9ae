using Hyper.Crypto.Internal;

namespace Hyper.Crypto;

/// <summary>
/// Sizes of libsodium's XChaCha20-Poly1305 secretstream as Holepunch uses it: no additional data, every message with
/// the tag MESSAGE. Source: sodium-secretstream 1.2.0, index.js.
/// </summary>
public static class SecretStreamCipher
{
    /// <summary>Size in bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Size in bytes of the header, which starts a direction and must be unique for its key.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Bytes that a ciphertext is longer than its message: one encrypted tag and the authenticator.</summary>
    public const int OverheadBytes = 1 + Sodium.MacBytes;

    internal static SecretBuffer CreateState(ReadOnlySpan<byte> key, ReadOnlySpan<byte> header)
    {
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes.", nameof(key));
        if (header.Length != HeaderBytes)
            throw new ArgumentException($"A header has {HeaderBytes} bytes.", nameof(header));
        var state = new SecretBuffer(Sodium.StreamStateBytes);
        // The library's init for the sending side only draws the header itself; the state is the same on both sides.
        Sodium.Check(Sodium.crypto_secretstream_xchacha20poly1305_init_pull(state.Span, header, key));
        return state;
    }
}
