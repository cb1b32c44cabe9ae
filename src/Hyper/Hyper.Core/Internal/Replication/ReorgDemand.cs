namespace Hyper.Core.Internal;

/// <summary>The comparison of one peer's higher fork with what is stored here, until it is known what to keep.</summary>
internal sealed class ReorgDemand(ulong fork)
{
    private const int MaxFailures = 8;

    public ulong Fork { get; } = fork;

    /// <summary>Null until the fork was proved.</summary>
    public ReorgBatch? Batch { get; set; }

    /// <summary>The request that is to further it, if any.</summary>
    public PeerRequest? Request { get; set; }

    /// <summary>Whether an answer is being looked at.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Requests that came to nothing.</summary>
    public int Failures { get; set; }

    /// <summary>Whether it is given up.</summary>
    public bool HasFailed => Failures >= MaxFailures;
}
