using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

/// <summary>
/// Bytes of a block behind the header: index, key, value. Source: hyperbee 2.26.5, lib/messages.js, <c>Node</c>.
/// </summary>
internal static class BlockCodec
{
    public static int GetSize(ReadOnlySpan<TreeNode> levels, BeeBlock block)
    {
        var size = ProtobufWriter.SizeOfField(IndexCodec.GetSize(levels));
        size += ProtobufWriter.SizeOfField(block.Key.Length);
        return block.Value is { } value ? size + ProtobufWriter.SizeOfField(value.Length) : size;
    }

    public static void Write(ref ProtobufWriter writer, ReadOnlySpan<TreeNode> levels, BeeBlock block)
    {
        writer.WriteFieldHead(1, IndexCodec.GetSize(levels));
        IndexCodec.Write(ref writer, levels);
        writer.WriteField(2, block.Key.Span);
        if (block.Value is { } value)
            writer.WriteField(3, value.Span);
    }

    /// <summary>Reads a block; the index is read when it is needed. The bytes are kept, not copied.</summary>
    public static bool TryRead(ulong seq, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out BeeBlock? block)
    {
        block = null;
        ReadOnlyMemory<byte>? index = null;
        ReadOnlyMemory<byte>? key = null;
        ReadOnlyMemory<byte>? value = null;
        var reader = new ProtobufReader(bytes.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field, out var content))
                return false;
            if (field == 1)
                index = bytes[content];
            else if (field == 2)
                key = bytes[content];
            else if (field == 3)
                value = bytes[content];
        }
        if (index is null || key is null)
            return false;
        block = new BeeBlock(seq, key.Value, value, index.Value);
        return true;
    }
}
