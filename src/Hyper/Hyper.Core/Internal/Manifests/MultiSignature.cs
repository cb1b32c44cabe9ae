using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The signature bytes of a core from manifest version 1 on: who signed, and the nodes that their patches need.
/// Source: hypercore 11.18.3, lib/multisig.js and lib/messages.js, <c>multiSignature</c>.
/// </summary>
internal sealed record MultiSignature(IReadOnlyList<SignatureProof> Proofs, IReadOnlyList<TreeNode> Nodes)
{
    /// <summary>A nodes list holds a path for each signer.</summary>
    private const int MaxNodes = 4096;

    private const int MinProofBytes = 2 + Ed25519.SignatureBytes;
    private const int MinNodeBytes = 2 + Bytes32.Length;

    /// <summary>Puts contributions together; nodes of one index count once, the first wins.</summary>
    public static MultiSignature Assemble(IEnumerable<PartialSignature> parts)
    {
        var proofs = new List<SignatureProof>();
        var nodes = new List<TreeNode>();
        var seen = new HashSet<ulong>();
        foreach (var part in parts)
        {
            proofs.Add(part.Proof);
            foreach (var node in part.Nodes)
            {
                if (seen.Add(node.Index))
                    nodes.Add(node);
            }
        }
        return new MultiSignature(proofs, nodes);
    }

    /// <summary>The container of a core with one signer: 68 bytes.</summary>
    public static byte[] Single(ReadOnlySpan<byte> signature)
    {
        var bytes = new byte[MinProofBytes + 2];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt(1);
        writer.WriteUInt(0);
        writer.WriteRaw(signature);
        writer.WriteUInt(0);
        writer.WriteUInt(0);
        return bytes;
    }

    public byte[] ToBytes()
    {
        var size = CompactEncoding.SizeOfUInt((ulong)Proofs.Count) + CompactEncoding.SizeOfUInt((ulong)Nodes.Count);
        foreach (var proof in Proofs)
        {
            size +=
                CompactEncoding.SizeOfUInt(proof.Signer)
                + Ed25519.SignatureBytes
                + CompactEncoding.SizeOfUInt(proof.Patch);
        }
        foreach (var node in Nodes)
            size += TreeNodeCodec.GetSize(node);
        var bytes = new byte[size];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt((ulong)Proofs.Count);
        foreach (var proof in Proofs)
        {
            writer.WriteUInt(proof.Signer);
            writer.WriteRaw(proof.Signature.Span);
            writer.WriteUInt(proof.Patch);
        }
        WriteNodes(ref writer, Nodes);
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
            if (
                !reader.TryReadUInt(out var signer)
                || !TryReadSignature(ref reader, source, out var signature)
                || !reader.TryReadUInt(out var patch)
            )
                return false;
            proof = new SignatureProof(signer, signature, patch);
        }
        if (!TryReadNodes(ref reader, out var nodes))
            return false;
        container = new MultiSignature(proofs, nodes);
        return true;
    }

    internal static bool TryReadSignature(
        ref CompactReader reader,
        ReadOnlyMemory<byte> source,
        out ReadOnlyMemory<byte> signature
    )
    {
        var read = reader.TryReadRaw(Ed25519.SignatureBytes, out _);
        signature = read ? source.Slice(reader.Position - Ed25519.SignatureBytes, Ed25519.SignatureBytes) : default;
        return read;
    }

    internal static void WriteNodes(ref CompactWriter writer, IReadOnlyList<TreeNode> nodes)
    {
        writer.WriteUInt((ulong)nodes.Count);
        foreach (var node in nodes)
            TreeNodeCodec.Write(ref writer, node);
    }

    internal static bool TryReadNodes(ref CompactReader reader, out TreeNode[] nodes)
    {
        nodes = [];
        if (!reader.TryReadArrayLength(MinNodeBytes, out var count) || count > MaxNodes)
            return false;
        nodes = new TreeNode[count];
        foreach (ref var node in nodes.AsSpan())
        {
            if (!TreeNodeCodec.TryRead(ref reader, out node))
                return false;
        }
        return true;
    }
}
