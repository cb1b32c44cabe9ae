namespace Hyper.Core.Internal;

/// <summary>Blocks that are to be downloaded: a stretch, perhaps without end, or a list.</summary>
internal sealed class RangeDemand(ulong start, ulong? end, ulong[]? blocks, bool isLinear)
{
    private readonly ulong _firstStart = start;

    /// <summary>The first block, or place in the list, that may be missing.</summary>
    public ulong Start { get; set; } = start;

    /// <summary>One behind the last; null to follow the core for ever.</summary>
    public ulong? End { get; } = end;

    /// <summary>The blocks of a list, in the order asked for.</summary>
    public ulong[]? Blocks { get; } = blocks;

    /// <summary>Whether it is downloaded from the beginning, and not by each peer from a place of its own.</summary>
    public bool IsLinear { get; } = isLinear;

    /// <summary>Where each peer goes on.</summary>
    public Dictionary<ReplicationPeer, ulong> Cursors { get; } = [];

    public TaskCompletionSource Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Goes back to what a truncation took. What is forgotten on purpose is not fetched again.</summary>
    public void OnTruncated(ulong length)
    {
        Start = Blocks is null ? Math.Max(_firstStart, Math.Min(Start, length)) : 0;
        Cursors.Clear();
    }

    /// <summary>Moves over what is stored; true when nothing is missing.</summary>
    public bool Advance(Bitfield stored)
    {
        if (Blocks is null)
        {
            Start = stored.FirstUnset(Start);
            return End is { } end && Start >= end;
        }
        while (Start < (ulong)Blocks.Length && stored.Get(Blocks[Start]))
            Start++;
        return Start >= (ulong)Blocks.Length;
    }
}
