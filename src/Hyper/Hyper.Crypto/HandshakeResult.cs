using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>
/// What a finished Noise handshake leaves: who both sides are, and the secrets of the session. Belongs to whoever took
/// it; <see cref="Dispose"/> zeroes the secrets.
/// </summary>
public sealed class HandshakeResult : IDisposable
{
    /// <summary>Size in bytes of <see cref="Hash"/>.</summary>
    public const int HashBytes = 64;

    /// <summary>Size in bytes of <see cref="Tx"/> and <see cref="Rx"/>.</summary>
    public const int KeyBytes = 32;

    private readonly SecretBuffer _secrets = new(HashBytes + 2 * KeyBytes);

    /// <summary>Takes copies of the given secrets.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public HandshakeResult(
        bool isInitiator,
        in Bytes32 publicKey,
        in Bytes32 remotePublicKey,
        ReadOnlySpan<byte> hash,
        ReadOnlySpan<byte> tx,
        ReadOnlySpan<byte> rx
    )
    {
        if (hash.Length != HashBytes)
            throw new ArgumentException($"The handshake hash has {HashBytes} bytes.", nameof(hash));
        if (tx.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes.", nameof(tx));
        if (rx.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes.", nameof(rx));
        IsInitiator = isInitiator;
        PublicKey = publicKey;
        RemotePublicKey = remotePublicKey;
        hash.CopyTo(_secrets.Span);
        tx.CopyTo(_secrets.Span[HashBytes..]);
        rx.CopyTo(_secrets.Span[(HashBytes + KeyBytes)..]);
    }

    /// <summary>Whether this side began the handshake.</summary>
    public bool IsInitiator { get; }

    /// <summary>This side's static public key.</summary>
    public Bytes32 PublicKey { get; }

    /// <summary>The other side's static public key, proven by the handshake.</summary>
    public Bytes32 RemotePublicKey { get; }

    /// <summary>The 64-byte handshake hash, equal on both sides. Keys are derived from it: treat it as a secret.</summary>
    public ReadOnlySpan<byte> Hash => _secrets.Span[..HashBytes];

    /// <summary>The key for what this side sends.</summary>
    public ReadOnlySpan<byte> Tx => _secrets.Span.Slice(HashBytes, KeyBytes);

    /// <summary>The key for what this side receives.</summary>
    public ReadOnlySpan<byte> Rx => _secrets.Span.Slice(HashBytes + KeyBytes, KeyBytes);

    /// <summary>Zeroes the secrets.</summary>
    public void Dispose() => _secrets.Dispose();
}
