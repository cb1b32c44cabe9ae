namespace Intercom.Sidechannels.Internal;

/// <summary>How many ids each channel may remember: as many as set, unless there are so many channels that all of them would be too many.</summary>
internal sealed class SeenBudget(SidechannelOptions options)
{
    /// <summary>Ids remembered in all, about 200 bytes each.</summary>
    public const int MaxIds = 256 * 1024;

    /// <summary>What a channel may remember however many there are.</summary>
    private const int LeastIds = 64;

    /// <summary>Ids a channel may remember now.</summary>
    public int IdsPerChannel { get; private set; } = options.MaxSeenIds;

    /// <summary>Shares the budget among so many channels.</summary>
    public void Share(int channels) =>
        IdsPerChannel = Math.Min(options.MaxSeenIds, Math.Max(LeastIds, MaxIds / Math.Max(1, channels)));
}
