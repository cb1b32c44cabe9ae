using System.Buffers.Binary;
using System.Security.Cryptography;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Encrypts the blocks of one core. Immutable until it is disposed with its store; used from any thread.
/// Source: hypercore 11.18.3 and 11.37.1, lib/default-encryption.js.
/// </summary>
/// <remarks>
/// A stored block is padding8 ‖ body. The padding is u64 fork under the blinding key with nonce u64 index ‖ 00 × 16; the body
/// is the block under the block key with nonce u64 index ‖ padding8 ‖ 00 × 8.
/// </remarks>
internal sealed class BlockCipher : IDisposable
{
    public const int PaddingBytes = 8;

    private Bytes32 _blockKey;
    private Bytes32 _blindingKey;

    public BlockCipher(BlockEncryption encryption, in Bytes32 coreKey, bool isCompat)
    {
        _blockKey =
            encryption.IsBlockKey ? encryption.Key
            : isCompat ? Blake2b.KeyedHash(coreKey.Span, encryption.Key.Span)
            : BlockEncryption.DeriveBlockKey(coreKey, encryption.Key);
        _blindingKey = Blake2b.Hash(_blockKey.Span);
    }

    /// <summary>What is stored for a block.</summary>
    public byte[] Seal(ulong index, ulong fork, ReadOnlySpan<byte> block)
    {
        var stored = new byte[PaddingBytes + block.Length];
        var padding = stored.AsSpan(0, PaddingBytes);
        Span<byte> nonce = stackalloc byte[StreamCipher.NonceBytes];
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, index);
        BinaryPrimitives.WriteUInt64LittleEndian(padding, fork);
        StreamCipher.Xor(padding, nonce, _blindingKey.Span);
        block.CopyTo(stored.AsSpan(PaddingBytes));
        XorBody(stored, nonce);
        return stored;
    }

    /// <summary>The block; null if the stored bytes are too few to be an encrypted one.</summary>
    public byte[]? TryOpen(ulong index, ReadOnlySpan<byte> stored)
    {
        if (stored.Length < PaddingBytes)
            return null;
        var copy = stored.ToArray();
        Span<byte> nonce = stackalloc byte[StreamCipher.NonceBytes];
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, index);
        XorBody(copy, nonce);
        return copy[PaddingBytes..];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_blockKey.MutableSpan);
        CryptographicOperations.ZeroMemory(_blindingKey.MutableSpan);
    }

    private void XorBody(Span<byte> stored, Span<byte> nonce)
    {
        stored[..PaddingBytes].CopyTo(nonce[sizeof(ulong)..]);
        StreamCipher.Xor(stored[PaddingBytes..], nonce, _blockKey.Span);
    }
}
