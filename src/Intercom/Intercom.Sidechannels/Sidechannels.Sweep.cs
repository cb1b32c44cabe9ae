using Intercom.Sidechannels.Internal;

namespace Intercom.Sidechannels;

/// <summary>Forgetting what is old: every map has an age limit beside its size.</summary>
public sealed partial class Sidechannels
{
    private static readonly TimeSpan _sweepInterval = TimeSpan.FromSeconds(30);

    /// <summary>How long a channel that was only sent to stays open.</summary>
    private static readonly TimeSpan _sentToLifetime = TimeSpan.FromMinutes(10);

    private void Sweep()
    {
        var now = _state.Now;
        foreach (var channel in _channels.Values.Where(channel => IsForgotten(channel, now)).ToList())
            Remove(channel);
        foreach (var channel in _channels.Values)
            channel.Seen.Sweep(now);
        foreach (var peer in _peers.Values)
            Sweep(peer, now);
        _state.Invites.Sweep();
        _state.Welcomes.Sweep(now, channel => _channels.ContainsKey(channel) || IsSetUp(channel));
        _state.Limiters.Sweep(now);
        _sweeping?.Arm(_sweepInterval);
    }

    private bool IsForgotten(ChannelEntry channel, TimeSpan now) =>
        channel.WaitingSends == 0
        && (
            (IsSentToOnly(channel) && now - channel.LastUsed > _sentToLifetime)
            || (channel.IsAutoJoined && now - channel.LastUsed > _options.AutoJoinedLifetime)
        );

    private bool IsSentToOnly(ChannelEntry channel) =>
        IsStarted && !channel.IsTopicJoined && !_state.Policy.IsEntry(channel.Name);

    /// <summary>Whether the channel's welcome or owner is part of what this peer was started with.</summary>
    private bool IsSetUp(string channel) =>
        _state.Policy.IsOwnChannel(channel) || _options.Welcomes.ContainsKey(channel);

    private void Sweep(PeerLink peer, TimeSpan now)
    {
        peer.ForgetRetries(now);
        foreach (var link in peer.Links.Values)
            for (var dropped = link.DropKeptBefore(now - ChannelLink.MaxKeptTime); dropped > 0; dropped--)
                Count(link, DropReason.SlowPeer);
    }

    /// <summary>Makes room for one more channel at the cost of the one sent to longest ago; false when all are joined.</summary>
    private bool TryMakeRoom()
    {
        var oldest = _channels
            .Values.Where(channel => IsSentToOnly(channel) && channel.WaitingSends == 0)
            .MinBy(channel => channel.LastUsed);
        if (oldest is null)
            return false;
        Remove(oldest);
        return true;
    }

    /// <summary>Closes a channel everywhere. Invites and welcomes of it stay; they have bounds of their own.</summary>
    private void Remove(ChannelEntry channel)
    {
        _channels.Remove(channel.Name);
        _state.SeenBudget.Share(_channels.Count);
        foreach (var peer in _peers.Values)
            CloseLink(peer, channel);
        LeaveTopic(channel);
        LogLeft(channel.Name);
    }
}
