namespace Intercom.Sidechannels;

/// <summary>Counts since the start.</summary>
/// <param name="Channels">The channels this peer is on.</param>
/// <param name="Peers">The connections there are.</param>
public sealed record SidechannelStatistics(
    IReadOnlyList<ChannelStatistics> Channels,
    IReadOnlyList<PeerStatistics> Peers
);
