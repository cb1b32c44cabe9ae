namespace Intercom.Sidechannels;

/// <summary>Counts of one channel since it was joined.</summary>
/// <param name="Name">The channel.</param>
/// <param name="OpenPeers">Peers that have it open now.</param>
/// <param name="Sent">Own messages sent.</param>
/// <param name="Delivered">Messages delivered here.</param>
/// <param name="Relayed">Messages passed on to at least one peer.</param>
/// <param name="Drops">Messages dropped, by reason.</param>
public sealed record ChannelStatistics(
    string Name,
    int OpenPeers,
    long Sent,
    long Delivered,
    long Relayed,
    IReadOnlyDictionary<DropReason, long> Drops
);
