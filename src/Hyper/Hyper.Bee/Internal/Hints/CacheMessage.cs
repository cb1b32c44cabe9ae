namespace Hyper.Bee.Internal;

/// <summary>An answer: blocks that the read of the other side needs.</summary>
/// <param name="Start">The lowest of them.</param>
/// <param name="End">One behind the highest.</param>
/// <param name="Blocks">In the order in which they are needed.</param>
internal sealed record CacheMessage(ulong Start, ulong End, ulong[] Blocks)
{
    public static CacheMessage Of(List<ulong> blocks) => new(blocks.Min(), blocks.Max() + 1, [.. blocks]);
}
