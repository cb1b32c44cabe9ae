namespace Hyper.Bee.Internal;

/// <summary>
/// A block that waits to be written. Its index refers to nodes that later operations of the batch may still change.
/// </summary>
internal sealed class PendingBlock(BeeBlock content, List<ChildReference?> index)
{
    /// <summary>Sequence number, key and value; the index is not part of it.</summary>
    public BeeBlock Content { get; } = content;

    public List<ChildReference?> Index { get; } = index;

    /// <summary>
    /// Drops nodes that later blocks wrote again; the last one takes the place of each. What stays learns its new position.
    /// Source: hyperbee 2.26.5, index.js, <c>toBlocks</c>: the order decides about bytes that are signed.
    /// </summary>
    public void Compact()
    {
        Index[0] = null;
        for (var i = 0; i < Index.Count; )
        {
            if (Index[i] is { } child && child.Seq == Content.Seq)
            {
                child.Offset = (ulong)i;
                i++;
                continue;
            }
            Index[i] = Index[^1];
            Index.RemoveAt(Index.Count - 1);
        }
    }

    public byte[] Encode()
    {
        var levels = new TreeNode[Index.Count];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = Index[i]!.Node!;
        var bytes = new byte[BlockCodec.GetSize(levels, Content)];
        var writer = new ProtobufWriter(bytes);
        BlockCodec.Write(ref writer, levels, Content);
        return bytes;
    }
}
