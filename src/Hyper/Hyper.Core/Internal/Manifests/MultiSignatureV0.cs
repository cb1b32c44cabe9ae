using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The signature container of manifests of version 0 with several signers. A patch names its start and the positions of its
/// nodes in the shared list; verification uses the length and the nodes only, as in JavaScript.
/// Source: hypercore 11.18.3, lib/multisig.js, <c>assemblev0</c>, <c>inflatev0</c>.
/// </summary>
internal static class MultiSignatureV0
{
    private const int MinProofBytes = 2 + Ed25519.SignatureBytes;
    private const int MaxReferences = 4096;

    /// <summary>Puts contributions together; equal nodes count once.</summary>
    public static byte[] Assemble(IReadOnlyList<PartialSignature> parts)
    {
        var nodes = new List<TreeNode>();
        var references = new List<int[]>();
        var size = CompactEncoding.SizeOfUInt((ulong)parts.Count);
        foreach (var part in parts)
        {
            var at = new int[part.Nodes.Count];
            for (var i = 0; i < at.Length; i++)
            {
                at[i] = nodes.IndexOf(part.Nodes[i]);
                if (at[i] >= 0)
                    continue;
                at[i] = nodes.Count;
                nodes.Add(part.Nodes[i]);
            }
            references.Add(at);
            size += 1 + CompactEncoding.SizeOfUInt(part.Proof.Signer) + Ed25519.SignatureBytes;
            if (part.Proof.Patch == 0)
                continue;
            size += CompactEncoding.SizeOfUInt(StartOf(part)) + CompactEncoding.SizeOfUInt(part.Proof.Patch);
            size += CompactEncoding.SizeOfUInt((ulong)at.Length);
            foreach (var reference in at)
                size += CompactEncoding.SizeOfUInt((ulong)reference);
        }
        size += CompactEncoding.SizeOfUInt((ulong)nodes.Count);
        foreach (var node in nodes)
            size += TreeNodeCodec.GetSize(node);

        var bytes = new byte[size];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt((ulong)parts.Count);
        for (var i = 0; i < parts.Count; i++)
            WriteProof(ref writer, parts[i], references[i]);
        MultiSignature.WriteNodes(ref writer, nodes);
        return bytes;
    }

    /// <summary>False for anything cut short. Signatures are slices of <paramref name="source"/>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> source, out MultiSignature container)
    {
        container = null!;
        var reader = new CompactReader(source.Span);
        if (!reader.TryReadArrayLength(MinProofBytes, out var count))
            return false;
        var proofs = new SignatureProof[count];
        foreach (ref var proof in proofs.AsSpan())
        {
            var patch = 0UL;
            if (
                !reader.TryReadUInt(out var flags)
                || !reader.TryReadUInt(out var signer)
                || !MultiSignature.TryReadSignature(ref reader, source, out var signature)
                || ((flags & 1) != 0 && !TryReadPatch(ref reader, out patch))
            )
                return false;
            proof = new SignatureProof(signer, signature, patch);
        }
        if (!MultiSignature.TryReadNodes(ref reader, out var nodes))
            return false;
        container = new MultiSignature(proofs, nodes);
        return true;
    }

    private static ulong StartOf(in PartialSignature part) => (FlatTree.RightSpan(part.Nodes[^1].Index) / 2) + 1;

    private static void WriteProof(ref CompactWriter writer, in PartialSignature part, int[] references)
    {
        writer.WriteUInt(part.Proof.Patch == 0 ? 0UL : 1UL);
        writer.WriteUInt(part.Proof.Signer);
        writer.WriteRaw(part.Proof.Signature.Span);
        if (part.Proof.Patch == 0)
            return;
        writer.WriteUInt(StartOf(part));
        writer.WriteUInt(part.Proof.Patch);
        writer.WriteUInt((ulong)references.Length);
        foreach (var reference in references)
            writer.WriteUInt((ulong)reference);
    }

    private static bool TryReadPatch(ref CompactReader reader, out ulong length)
    {
        length = 0;
        if (
            !reader.TryReadUInt(out _)
            || !reader.TryReadUInt(out length)
            || !reader.TryReadArrayLength(1, out var count)
            || count > MaxReferences
        )
            return false;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt(out _))
                return false;
        }
        return true;
    }
}
