using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of a request. Source: hypercore 11.18.3, lib/messages.js, <c>wire.request</c>.</summary>
internal static class RequestCodec
{
    public static int GetSize(RequestMessage message)
    {
        var proof = message.Proof;
        var size = 1 + WireNumbers.SizeOf(message.Id, message.Fork);
        if (proof.Block is { } block)
            size += WireNumbers.SizeOf(block.Index, block.Nodes);
        if (proof.Hash is { } hash)
            size += WireNumbers.SizeOf(hash.Index, hash.Nodes);
        if (proof.Seek is { } seek)
            size += WireNumbers.SizeOf(seek.Bytes, seek.Padding);
        if (proof.Upgrade is { } upgrade)
            size += WireNumbers.SizeOf(upgrade.Start, upgrade.Length);
        return message.Priority == 0 ? size : size + CompactEncoding.SizeOfUInt(message.Priority);
    }

    public static void Write(ref CompactWriter writer, RequestMessage message)
    {
        var proof = message.Proof;
        var flags = DataFlags.None;
        flags |= proof.Block is null ? DataFlags.None : DataFlags.Block;
        flags |= proof.Hash is null ? DataFlags.None : DataFlags.Hash;
        flags |= proof.Seek is null ? DataFlags.None : DataFlags.Seek;
        flags |= proof.Upgrade is null ? DataFlags.None : DataFlags.Upgrade;
        flags |= proof.Manifest ? DataFlags.Manifest : DataFlags.None;
        flags |= message.Priority == 0 ? DataFlags.None : DataFlags.Priority;
        writer.WriteUInt8((byte)flags);
        writer.WritePair(message.Id, message.Fork);
        if (proof.Block is { } block)
            writer.WritePair(block.Index, block.Nodes);
        if (proof.Hash is { } hash)
            writer.WritePair(hash.Index, hash.Nodes);
        if (proof.Seek is { } seek)
            writer.WritePair(seek.Bytes, seek.Padding);
        if (proof.Upgrade is { } upgrade)
            writer.WritePair(upgrade.Start, upgrade.Length);
        if (message.Priority != 0)
            writer.WriteUInt(message.Priority);
    }

    /// <summary>False if the bytes end early, or a number is beyond any core.</summary>
    public static bool TryRead(ref CompactReader reader, out RequestMessage message)
    {
        message = null!;
        if (!reader.TryReadUInt(out var bits) || !reader.TryReadPair(out var id, out var fork))
            return false;
        var flags = (DataFlags)(byte)bits;
        (ulong A, ulong B) block = default,
            hash = default,
            seek = default,
            upgrade = default;
        var priority = 0UL;
        if (
            !TryReadPart(ref reader, flags, DataFlags.Block, ref block)
            || !TryReadPart(ref reader, flags, DataFlags.Hash, ref hash)
            || !TryReadPart(ref reader, flags, DataFlags.Seek, ref seek)
            || !TryReadPart(ref reader, flags, DataFlags.Upgrade, ref upgrade)
            || (flags.HasFlag(DataFlags.Priority) && !reader.TryReadUInt(out priority))
            || block.A > FlatTree.MaxLength
        )
            return false;
        var proof = new ProofRequest
        {
            Block = flags.HasFlag(DataFlags.Block) ? new BlockRequest(block.A, block.B) : null,
            Hash = flags.HasFlag(DataFlags.Hash) ? new HashRequest(hash.A, hash.B) : null,
            Seek = flags.HasFlag(DataFlags.Seek) ? new SeekRequest(seek.A, seek.B) : null,
            Upgrade = flags.HasFlag(DataFlags.Upgrade) ? new UpgradeRequest(upgrade.A, upgrade.B) : null,
            Manifest = flags.HasFlag(DataFlags.Manifest),
        };
        message = new RequestMessage(id, fork, proof, priority);
        return true;
    }

    private static bool TryReadPart(
        ref CompactReader reader,
        DataFlags flags,
        DataFlags part,
        ref (ulong A, ulong B) pair
    ) => !flags.HasFlag(part) || reader.TryReadPair(out pair.A, out pair.B);
}
