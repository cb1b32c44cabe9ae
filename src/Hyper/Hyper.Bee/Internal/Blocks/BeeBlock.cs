namespace Hyper.Bee.Internal;

/// <summary>A decoded block: immutable, so that caches and readers share it.</summary>
internal sealed class BeeBlock(
    ulong seq,
    ReadOnlyMemory<byte> key,
    ReadOnlyMemory<byte>? value,
    ReadOnlyMemory<byte> index
)
{
    private const int ObjectBytes = 160;

    private TreeLevel[]? _levels;

    public ulong Seq { get; } = seq;

    public ReadOnlyMemory<byte> Key { get; } = key;

    public ReadOnlyMemory<byte>? Value { get; } = value;

    /// <summary>What the block costs in memory, about: a decoded index is up to eight times as large as its bytes.</summary>
    public int Bytes { get; } =
        (int)Math.Min(int.MaxValue, ObjectBytes + key.Length + (value?.Length ?? 0) + (8L * index.Length));

    /// <summary>The nodes that the block wrote.</summary>
    /// <exception cref="HyperbeeException">DECODING_ERROR.</exception>
    public TreeLevel[] Levels => _levels ??= Inflate();

    /// <summary>The node at a position of the index.</summary>
    /// <exception cref="HyperbeeException">DECODING_ERROR or INVALID_TREE.</exception>
    public TreeLevel GetNode(ulong offset)
    {
        var levels = Levels;
        if (offset >= (ulong)levels.Length)
            throw HyperbeeException.InvalidTree(Seq, $"has no node {offset}");
        var node = levels[offset];
        if (node.ChildCount > 0 && node.ChildCount != node.KeyCount + 1)
            throw HyperbeeException.InvalidTree(Seq, $"has {node.KeyCount} keys with {node.ChildCount} children");
        return node;
    }

    /// <summary>Whether the block deletes its key: it has no value, and none of its nodes refers to it.</summary>
    public bool IsDeletion()
    {
        if (Value is not null)
            return false;
        foreach (var level in Levels)
        {
            if (level.HasKey(Seq))
                return false;
        }
        return true;
    }

    private TreeLevel[] Inflate()
    {
        if (!IndexCodec.TryRead(index.Span, out var levels))
            throw HyperbeeException.Undecodable(Seq, "index");
        for (var i = 0; i < levels.Length; i++)
            (levels[i].Holder, levels[i].Offset) = (this, (ulong)i);
        return levels;
    }
}
