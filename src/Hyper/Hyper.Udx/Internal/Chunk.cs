namespace Hyper.Udx.Internal;

/// <summary>
/// A piece of a byte queue. Bytes in [<see cref="Start"/>, <see cref="End"/>) are in use. Owned by exactly one
/// <see cref="ChunkQueue"/>, or by the pool; only <see cref="BufferPool"/> makes one.
/// </summary>
internal sealed class Chunk(byte[] bytes, bool isDedicated)
{
    public byte[] Bytes { get; set; } = bytes;

    /// <summary>Made for one large frame: goes back to the shared array pool, not to ours.</summary>
    public bool IsDedicated { get; } = isDedicated;

    public int Start { get; set; }

    public int End { get; set; }

    public Chunk? Next { get; set; }

    public int Room => Bytes.Length - End;
}
