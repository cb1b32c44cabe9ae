using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// A node as index, size, hash: on the wire, in signature containers and on disk alike. Numbers beyond what JavaScript counts
/// exactly are refused, so that sums of sizes stay exact. Source: hypercore 11.18.3, lib/messages.js, <c>node</c>.
/// </summary>
internal static class TreeNodeCodec
{
    /// <summary>
    /// Nodes in one list of a foreign message. A path has at most 51, a list of roots too; a block with a seek in it two
    /// paths.
    /// </summary>
    public const int MaxNodes = 256;

    private const int MinBytes = 2 + Bytes32.Length;

    public static int GetSize(in TreeNode node) =>
        CompactEncoding.SizeOfUInt(node.Index) + CompactEncoding.SizeOfUInt(node.Size) + Bytes32.Length;

    public static void Write(ref CompactWriter writer, in TreeNode node)
    {
        writer.WriteUInt(node.Index);
        writer.WriteUInt(node.Size);
        writer.WriteFixed32(node.Hash);
    }

    public static bool TryRead(ref CompactReader reader, out TreeNode node)
    {
        node = default;
        if (
            !reader.TryReadUInt(out var index)
            || !reader.TryReadUInt(out var size)
            || !reader.TryReadFixed32(out var hash)
            || index > CompactEncoding.MaxSafeInteger
            || size > CompactEncoding.MaxSafeInteger
        )
            return false;
        node = new TreeNode(index, size, hash);
        return true;
    }

    public static int GetSize(ReadOnlySpan<TreeNode> nodes)
    {
        var size = CompactEncoding.SizeOfUInt((ulong)nodes.Length);
        foreach (ref readonly var node in nodes)
            size += GetSize(node);
        return size;
    }

    public static void Write(ref CompactWriter writer, ReadOnlySpan<TreeNode> nodes)
    {
        writer.WriteUInt((ulong)nodes.Length);
        foreach (ref readonly var node in nodes)
            Write(ref writer, node);
    }

    public static bool TryRead(ref CompactReader reader, out TreeNode[] nodes)
    {
        nodes = [];
        if (!reader.TryReadArrayLength(MinBytes, out var count) || count > MaxNodes)
            return false;
        nodes = new TreeNode[count];
        foreach (ref var node in nodes.AsSpan())
        {
            if (!TryRead(ref reader, out node))
                return false;
        }
        return true;
    }
}
