namespace Hyper.Core.Internal;

/// <summary>A byte whose block is looked for with the help of peers.</summary>
internal sealed class SeekDemand(ulong bytes, ulong padding)
{
    public ulong Bytes { get; } = bytes;

    public ulong Padding { get; } = padding;

    /// <summary>What is known so far: the blocks among which it lies.</summary>
    public ByteSeek Known { get; set; }

    /// <summary>The request that is to narrow it, if any.</summary>
    public PeerRequest? Request { get; set; }

    /// <summary>Whether what is known is being looked up again.</summary>
    public bool IsUpdating { get; set; }

    /// <summary>Whether the tree changed since that began.</summary>
    public bool IsStale { get; set; }

    /// <summary>Answers that led to no stored node.</summary>
    public int Strikes { get; set; }

    public TaskCompletionSource<CorePosition> Outcome { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
