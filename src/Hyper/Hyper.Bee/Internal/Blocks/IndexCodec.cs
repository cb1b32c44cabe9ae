using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

/// <summary>
/// Bytes of an index: the nodes of the tree that a block wrote anew. Source: hyperbee 2.26.5, lib/messages.js,
/// <c>YoloIndex</c>.
/// </summary>
internal static class IndexCodec
{
    /// <summary>No operation touches so many nodes; a block that claims to is refused.</summary>
    public const int MaxLevels = 65_536;

    public static int GetSize(ReadOnlySpan<TreeNode> levels)
    {
        var size = 0;
        foreach (var level in levels)
            size += ProtobufWriter.SizeOfField(GetLevelSize(level));
        return size;
    }

    public static void Write(ref ProtobufWriter writer, ReadOnlySpan<TreeNode> levels)
    {
        foreach (var level in levels)
        {
            writer.WriteFieldHead(1, GetLevelSize(level));
            if (level.KeyCount > 0)
                writer.WriteFieldHead(1, GetKeysSize(level));
            for (var i = 0; i < level.KeyCount; i++)
                writer.WriteNumber(level.GetKey(i));
            if (level.ChildCount > 0)
                writer.WriteFieldHead(2, GetChildrenSize(level));
            for (var i = 0; i < level.ChildCount; i++)
            {
                var (seq, offset) = level.GetChild(i);
                writer.WriteNumber(seq);
                writer.WriteNumber(offset);
            }
        }
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TreeLevel[]? levels)
    {
        levels = null;
        var found = new List<TreeLevel>();
        var reader = new ProtobufReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field, out var content))
                return false;
            if (field != 1)
                continue;
            if (found.Count == MaxLevels || !TryReadLevel(bytes[content], out var level))
                return false;
            found.Add(level);
        }
        levels = [.. found];
        return true;
    }

    private static int GetKeysSize(TreeNode level)
    {
        var size = 0;
        for (var i = 0; i < level.KeyCount; i++)
            size += ProtobufWriter.SizeOfNumber(level.GetKey(i));
        return size;
    }

    private static int GetChildrenSize(TreeNode level)
    {
        var size = 0;
        for (var i = 0; i < level.ChildCount; i++)
        {
            var (seq, offset) = level.GetChild(i);
            size += ProtobufWriter.SizeOfNumber(seq) + ProtobufWriter.SizeOfNumber(offset);
        }
        return size;
    }

    private static int GetLevelSize(TreeNode level)
    {
        var size = level.KeyCount > 0 ? ProtobufWriter.SizeOfField(GetKeysSize(level)) : 0;
        return level.ChildCount > 0 ? size + ProtobufWriter.SizeOfField(GetChildrenSize(level)) : size;
    }

    private static bool TryReadLevel(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TreeLevel? level)
    {
        level = null;
        Span<ulong> keys = stackalloc ulong[TreeNode.MaxKeys];
        Span<ulong> children = stackalloc ulong[TreeNode.MaxChildren * 2];
        var keyCount = 0;
        var childCount = 0;
        var reader = new ProtobufReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field, out var content))
                return false;
            if (field == 1 && !TryReadPacked(bytes[content], keys, ref keyCount))
                return false;
            if (field == 2 && !TryReadPacked(bytes[content], children, ref childCount))
                return false;
        }
        if (childCount % 2 != 0)
            return false;
        level = new TreeLevel(keys[..keyCount].ToArray(), children[..childCount].ToArray());
        return true;
    }

    private static bool TryReadPacked(ReadOnlySpan<byte> bytes, Span<ulong> numbers, ref int count)
    {
        var reader = new ProtobufReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (count == numbers.Length || !reader.TryReadNumber(out numbers[count]))
                return false;
            count++;
        }
        return true;
    }
}
