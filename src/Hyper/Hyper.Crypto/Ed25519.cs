using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>Ed25519 signatures of others. Own signatures are made by <see cref="KeyPair.Sign"/>.</summary>
public static class Ed25519
{
    /// <summary>Size in bytes of a signature.</summary>
    public const int SignatureBytes = Sodium.SignatureBytes;

    /// <summary>Whether <paramref name="signature"/> is that of <paramref name="message"/>; false for anything malformed.</summary>
    public static bool Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ReadOnlySpan<byte> publicKey) =>
        signature.Length == SignatureBytes
        && publicKey.Length == Bytes32.Length
        && Sodium.crypto_sign_verify_detached(signature, message, (ulong)message.Length, publicKey) == 0;

    /// <inheritdoc cref="Verify(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public static bool Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, in Bytes32 publicKey) =>
        Verify(signature, message, publicKey.Span);
}
