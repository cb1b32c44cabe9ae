namespace Hyper.Core.Internal;

/// <summary>
/// A block that is wanted: by readers who wait, or by a range. It is in the table of its replicator until it is there or nobody
/// wants it any more.
/// </summary>
internal sealed class BlockDemand(ulong index)
{
    public ulong Index { get; } = index;

    /// <summary>Readers who wait; none for a block of a range.</summary>
    public List<BlockWait> Waits { get; } = [];

    /// <summary>Requests that are to bring it: more than one only if the first is late.</summary>
    public List<PeerRequest> Requests { get; } = [];

    /// <summary>Whether it waits in the queue of blocks to be asked for.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether an answer is being checked and stored.</summary>
    public bool IsArrived { get; set; }

    /// <summary>Whether the next request has to look up which nodes are stored.</summary>
    public bool IsCareful { get; set; }

    /// <summary>Answers to careful requests that did not lead to a stored node.</summary>
    public int Strikes { get; set; }
}
