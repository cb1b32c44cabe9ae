using System.Buffers.Binary;
using System.Security.Cryptography;
using Hyper.Encoding;

namespace Hyper.Crypto.Internal;

/// <summary>
/// Noise's symmetric state: transcript hash h, chaining key ck, cipher key k and its nonce, in one zeroed buffer.
/// Source: noise-handshake 4.2.0, symmetric-state.js and cipher.js. The nonce is 4 zero bytes, the counter as 32 bits
/// little-endian, 4 zero bytes.
/// </summary>
internal sealed class NoiseSymmetricState : IDisposable
{
    private const int HashBytes = NoiseKdf.HashBytes;
    private const int KeyBytes = 32;

    private readonly SecretBuffer _secrets = new(2 * HashBytes + KeyBytes);

    public NoiseSymmetricState(ReadOnlySpan<byte> protocolName, ReadOnlySpan<byte> prologue)
    {
        // Names of at most 64 bytes are padded with zeros, not hashed; all of ours are shorter.
        protocolName.CopyTo(Hash);
        Hash.CopyTo(ChainingKey);
        MixHash(prologue);
    }

    public Span<byte> Hash => _secrets.Span[..HashBytes];

    public Span<byte> ChainingKey => _secrets.Span.Slice(HashBytes, HashBytes);

    public Span<byte> Key => _secrets.Span[(2 * HashBytes)..];

    public bool HasKey { get; private set; }

    public uint Nonce { get; private set; }

    /// <summary>Bytes that encryption adds now: none before there is a key.</summary>
    public int OverheadBytes => HasKey ? Sodium.MacBytes : 0;

    public void MixHash(scoped ReadOnlySpan<byte> data)
    {
        var hasher = new Blake2bHasher(HashBytes);
        hasher.Update(Hash);
        hasher.Update(data);
        hasher.Finish(Hash);
    }

    /// <summary>Takes in a Diffie-Hellman result; false when the point is refused.</summary>
    public bool TryMixKey(KeyPair local, in Bytes32 remote)
    {
        Span<byte> shared = stackalloc byte[NoiseCurve.SharedBytes];
        Span<byte> key = stackalloc byte[HashBytes];
        var agreed = NoiseCurve.TryAgree(local, remote, shared);
        if (agreed)
        {
            NoiseKdf.Derive(ChainingKey, shared, ChainingKey, key);
            key[..KeyBytes].CopyTo(Key);
            HasKey = true;
            Nonce = 0;
        }
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(key);
        return agreed;
    }

    /// <summary>Writes <see cref="OverheadBytes"/> more than <paramref name="plaintext"/> has.</summary>
    public void EncryptAndHash(scoped ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var cipher = destination[..(plaintext.Length + OverheadBytes)];
        if (HasKey)
            Encrypt(plaintext, cipher);
        else
            plaintext.CopyTo(cipher);
        MixHash(cipher);
    }

    /// <summary>Writes <see cref="OverheadBytes"/> less than <paramref name="ciphertext"/> has; false when it is not authentic.</summary>
    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        if (HasKey)
        {
            if (!TryDecrypt(ciphertext, destination))
                return false;
        }
        else
        {
            ciphertext.CopyTo(destination);
        }
        MixHash(ciphertext);
        return true;
    }

    /// <summary>The two session keys, initiator's sending key first; 64 bytes each of which the first 32 count.</summary>
    public void Split(Span<byte> first, Span<byte> second) => NoiseKdf.Derive(ChainingKey, default, first, second);

    public void Dispose() => _secrets.Dispose();

    private void Encrypt(scoped ReadOnlySpan<byte> plaintext, Span<byte> cipher)
    {
        Span<byte> nonce = stackalloc byte[12];
        TakeNonce(nonce);
        Sodium.Check(
            Sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
                cipher,
                0,
                plaintext,
                (ulong)plaintext.Length,
                Hash,
                HashBytes,
                0,
                nonce,
                Key
            )
        );
    }

    private bool TryDecrypt(ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[12];
        TakeNonce(nonce);
        return Sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
                destination,
                0,
                0,
                ciphertext,
                (ulong)ciphertext.Length,
                Hash,
                HashBytes,
                nonce,
                Key
            ) == 0;
    }

    private void TakeNonce(Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[4..], Nonce++);
    }
}
