using System.Buffers;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of an answer. Source: hypercore 11.18.3, lib/messages.js, <c>wire.data</c>.</summary>
internal static class DataCodec
{
    /// <summary>A signature container longer than this has more signers than any real core.</summary>
    public const int MaxSignatureBytes = 64 * 1024;

    /// <summary>The longest block that is taken from others: 15 MiB and room for the padding of encrypted cores.</summary>
    public const int MaxBlockBytes = 16 * 1024 * 1024;

    /// <summary>Blocks from this length on are kept in pooled arrays: arrays so large are collected late.</summary>
    private const int PooledBytes = 32 * 1024;

    public static int GetSize(DataMessage message)
    {
        var proof = message.Proof;
        var size = 1 + CompactEncoding.SizeOfUInt(message.Request) + CompactEncoding.SizeOfUInt(proof.Fork);
        if (proof.Block is { } block)
        {
            size +=
                CompactEncoding.SizeOfUInt(block.Index)
                + CompactEncoding.SizeOfBuffer(block.Value.Length)
                + TreeNodeCodec.GetSize(block.Nodes);
        }
        if (proof.Hash is { } hash)
            size += CompactEncoding.SizeOfUInt(hash.Index) + TreeNodeCodec.GetSize(hash.Nodes);
        if (proof.Seek is { } seek)
            size += CompactEncoding.SizeOfUInt(seek.Bytes) + TreeNodeCodec.GetSize(seek.Nodes);
        if (proof.Upgrade is { } upgrade)
        {
            size +=
                CompactEncoding.SizeOfUInt(upgrade.Start)
                + CompactEncoding.SizeOfUInt(upgrade.Length)
                + TreeNodeCodec.GetSize(upgrade.Nodes)
                + TreeNodeCodec.GetSize(upgrade.AdditionalNodes)
                + CompactEncoding.SizeOfBuffer(upgrade.Signature.Length);
        }
        return proof.Manifest is { } manifest ? size + ManifestCodec.GetSize(manifest) : size;
    }

    public static void Write(ref CompactWriter writer, DataMessage message)
    {
        var proof = message.Proof;
        var flags = DataFlags.None;
        flags |= proof.Block is null ? DataFlags.None : DataFlags.Block;
        flags |= proof.Hash is null ? DataFlags.None : DataFlags.Hash;
        flags |= proof.Seek is null ? DataFlags.None : DataFlags.Seek;
        flags |= proof.Upgrade is null ? DataFlags.None : DataFlags.Upgrade;
        flags |= proof.Manifest is null ? DataFlags.None : DataFlags.Manifest;
        writer.WriteUInt8((byte)flags);
        writer.WriteUInt(message.Request);
        writer.WriteUInt(proof.Fork);
        if (proof.Block is { } block)
        {
            writer.WriteUInt(block.Index);
            writer.WriteBuffer(block.Value.Span);
            TreeNodeCodec.Write(ref writer, block.Nodes);
        }
        if (proof.Hash is { } hash)
        {
            writer.WriteUInt(hash.Index);
            TreeNodeCodec.Write(ref writer, hash.Nodes);
        }
        if (proof.Seek is { } seek)
        {
            writer.WriteUInt(seek.Bytes);
            TreeNodeCodec.Write(ref writer, seek.Nodes);
        }
        if (proof.Upgrade is { } upgrade)
        {
            writer.WriteUInt(upgrade.Start);
            writer.WriteUInt(upgrade.Length);
            TreeNodeCodec.Write(ref writer, upgrade.Nodes);
            TreeNodeCodec.Write(ref writer, upgrade.AdditionalNodes);
            writer.WriteBuffer(upgrade.Signature.Span);
        }
        if (proof.Manifest is { } manifest)
            ManifestCodec.Write(ref writer, manifest);
    }

    /// <summary>False if the bytes end early, a list is longer than any proof needs, or a manifest is not understood.</summary>
    /// <param name="source">The message; nothing refers to it afterwards.</param>
    /// <param name="message">What it says.</param>
    /// <param name="rented">
    /// The array in which a large block lies, which may be given back to the shared pool when the block is not used any more.
    /// </param>
    public static bool TryRead(ReadOnlySpan<byte> source, out DataMessage message, out byte[]? rented)
    {
        message = null!;
        rented = null;
        var reader = new CompactReader(source);
        if (
            !reader.TryReadUInt(out var bits)
            || !reader.TryReadUInt(out var request)
            || !reader.TryReadUInt(out var fork)
        )
            return false;
        var flags = (DataFlags)(byte)bits;
        BlockProof? block = null;
        HashProof? hash = null;
        SeekProof? seek = null;
        UpgradeProof? upgrade = null;
        Manifest? manifest = null;
        if (
            (flags.HasFlag(DataFlags.Block) && !TryReadBlock(ref reader, out block, out rented))
            || (flags.HasFlag(DataFlags.Hash) && !TryReadHash(ref reader, out hash))
            || (flags.HasFlag(DataFlags.Seek) && !TryReadSeek(ref reader, out seek))
            || (flags.HasFlag(DataFlags.Upgrade) && !TryReadUpgrade(ref reader, out upgrade))
            || (flags.HasFlag(DataFlags.Manifest) && !ManifestCodec.TryRead(ref reader, out manifest))
        )
            return false;
        var proof = new TreeProof
        {
            Fork = fork,
            Block = block,
            Hash = hash,
            Seek = seek,
            Upgrade = upgrade,
            Manifest = manifest,
        };
        message = new DataMessage(request, proof);
        return true;
    }

    private static bool TryReadBlock(ref CompactReader reader, out BlockProof? block, out byte[]? rented)
    {
        block = null;
        rented = null;
        if (!reader.TryReadUInt(out var index) || !reader.TryReadBuffer(out var value) || value.Length > MaxBlockBytes)
            return false;
        if (!TreeNodeCodec.TryRead(ref reader, out TreeNode[] nodes))
            return false;
        // By itself, without what stands around it in the message: a block is often a power of two long, and pooled arrays are.
        rented = value.Length >= PooledBytes ? ArrayPool<byte>.Shared.Rent(value.Length) : null;
        var copy = rented ?? new byte[value.Length];
        value.CopyTo(copy);
        block = new BlockProof(index, copy.AsMemory(0, value.Length), nodes);
        return true;
    }

    private static bool TryReadHash(ref CompactReader reader, out HashProof? hash)
    {
        hash = null;
        if (!reader.TryReadUInt(out var index) || !TreeNodeCodec.TryRead(ref reader, out TreeNode[] nodes))
            return false;
        hash = new HashProof(index, nodes);
        return true;
    }

    private static bool TryReadSeek(ref CompactReader reader, out SeekProof? seek)
    {
        seek = null;
        if (!reader.TryReadUInt(out var bytes) || !TreeNodeCodec.TryRead(ref reader, out TreeNode[] nodes))
            return false;
        seek = new SeekProof(bytes, nodes);
        return true;
    }

    private static bool TryReadUpgrade(ref CompactReader reader, out UpgradeProof? upgrade)
    {
        upgrade = null;
        if (
            !reader.TryReadUInt(out var start)
            || !reader.TryReadUInt(out var length)
            || !TreeNodeCodec.TryRead(ref reader, out TreeNode[] nodes)
            || !TreeNodeCodec.TryRead(ref reader, out TreeNode[] additional)
            || !reader.TryReadBuffer(out var signature)
            || signature.Length > MaxSignatureBytes
        )
            return false;
        upgrade = new UpgradeProof(start, length, nodes, additional, signature.ToArray());
        return true;
    }
}
