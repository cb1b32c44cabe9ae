using Intercom.Sidechannels.Internal;

namespace Intercom.Sidechannels;

/// <summary>What can be seen from outside.</summary>
public sealed partial class Sidechannels
{
    /// <summary>Counts of every channel and connection now.</summary>
    public SidechannelStatistics GetStatistics()
    {
        Loop.VerifyAccess();
        return new SidechannelStatistics([.. _channels.Values.Select(Describe)], [.. _peers.Values.Select(Describe)]);
    }

    private ChannelStatistics Describe(ChannelEntry channel) =>
        new(
            channel.Name,
            _peers.Values.Count(peer => peer.Links.GetValueOrDefault(channel.Name) is { IsOpen: true }),
            channel.Sent,
            channel.Delivered,
            channel.Relayed,
            channel.Drops.ToDictionary()
        );

    private PeerStatistics Describe(PeerLink peer) =>
        new(
            peer.Key,
            [.. peer.Links.Values.Where(link => link.IsOpen).Select(link => link.Entry.Name)],
            peer.Limiter.IsBlocked(_state.Now),
            peer.WaitingFrames,
            peer.Drops.ToDictionary()
        );
}
