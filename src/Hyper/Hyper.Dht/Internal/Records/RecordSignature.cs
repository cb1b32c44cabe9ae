using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Encoding;

namespace Hyper.Dht.Internal.Records;

/// <summary>
/// The signatures under announces and mutable records: Ed25519 over a namespace and a BLAKE2b hash, 64 bytes together.
/// Source: hyperdht 6.27.0, lib/persistent.js (<c>annSignable</c>, <c>signMutable</c>).
/// </summary>
internal static class RecordSignature
{
    private const int SignableBytes = 2 * Bytes32.Length;

    /// <summary>Signs an announce for one storing node, which bound it to itself with its token.</summary>
    public static byte[] SignAnnounce(
        KeyPair keyPair,
        in Bytes32 @namespace,
        in Bytes32 target,
        in Bytes32 nodeId,
        in Bytes32 token,
        ReadOnlySpan<byte> peerRecord
    )
    {
        Span<byte> signable = stackalloc byte[SignableBytes];
        FillAnnounce(signable, @namespace, target, nodeId, token, peerRecord, null);
        return Sign(keyPair, signable);
    }

    /// <summary>Whether an announce carries the signature of its own public key.</summary>
    public static bool VerifyAnnounce(
        in Announce announce,
        in Bytes32 @namespace,
        in Bytes32 target,
        in Bytes32 nodeId,
        in Bytes32 token
    )
    {
        if (announce.Peer is not { } peer || announce.Signature.IsEmpty)
            return false;
        Span<byte> signable = stackalloc byte[SignableBytes];
        FillAnnounce(signable, @namespace, target, nodeId, token, announce.PeerBytes, announce.Refresh);
        return Ed25519.Verify(announce.Signature, signable, peer.PublicKey);
    }

    public static byte[] SignMutable(KeyPair keyPair, ulong seq, ReadOnlySpan<byte> value)
    {
        Span<byte> signable = stackalloc byte[SignableBytes];
        FillMutable(signable, seq, value);
        return Sign(keyPair, signable);
    }

    public static bool VerifyMutable(in Bytes32 publicKey, in MutableValue record)
    {
        Span<byte> signable = stackalloc byte[SignableBytes];
        FillMutable(signable, record.Seq, record.Value);
        return Ed25519.Verify(record.Signature, signable, publicKey);
    }

    private static void FillAnnounce(
        Span<byte> signable,
        in Bytes32 @namespace,
        in Bytes32 target,
        in Bytes32 nodeId,
        in Bytes32 token,
        ReadOnlySpan<byte> peerRecord,
        Bytes32? refresh
    )
    {
        @namespace.Span.CopyTo(signable);
        var hasher = new Blake2bHasher(Blake2b.HashBytes);
        hasher.Update(target.Span);
        hasher.Update(nodeId.Span);
        hasher.Update(token.Span);
        hasher.Update(peerRecord);
        if (refresh is { } secretHash)
            hasher.Update(secretHash.Span);
        hasher.Finish(signable[Bytes32.Length..]);
    }

    private static void FillMutable(Span<byte> signable, ulong seq, ReadOnlySpan<byte> value)
    {
        DhtNamespaces.MutablePut.Span.CopyTo(signable);
        Blake2b.Hash(MutableCodec.EncodeSignable(seq, value)).Span.CopyTo(signable[Bytes32.Length..]);
    }

    private static byte[] Sign(KeyPair keyPair, ReadOnlySpan<byte> signable)
    {
        var signature = new byte[AnnounceCodec.SignatureBytes];
        keyPair.Sign(signable, signature);
        return signature;
    }
}
