using Intercom.Sidechannels.Internal;

namespace Intercom.Sidechannels;

/// <summary>Saying why a channel is silent.</summary>
public sealed partial class Sidechannels
{
    /// <summary>Peers that findings are told of one by one; about more there is one finding.</summary>
    private const int MaxPeersTold = 16;

    /// <summary>What is in the way of messages on a channel, and what was dropped on it.</summary>
    public ChannelExplanation Explain(string channel)
    {
        Loop.VerifyAccess();
        var name = SidechannelNames.Normalize(channel);
        var entry = _channels.GetValueOrDefault(name);
        return new ChannelExplanation(
            name,
            entry is not null,
            CountOpen(name),
            _peers.Count,
            entry?.Delivered ?? 0,
            entry?.Sent ?? 0,
            [.. FindObstacles(name, entry)],
            (entry?.Drops ?? new DropCounts()).ToDictionary(),
            entry?.Recent.ToList() ?? []
        );
    }

    private int CountOpen(string channel) =>
        _peers.Values.Count(peer => peer.Links.GetValueOrDefault(channel) is { IsOpen: true });

    private IEnumerable<ChannelFinding> FindObstacles(string channel, ChannelEntry? entry)
    {
        if (channel.Length == 0)
            return [new ChannelFinding("join", "the name of the channel is empty", "name the channel")];
        return
        [
            .. FindInRules(channel, entry),
            .. FindInNetwork(channel),
            .. _peers.Values.SelectMany(peer => FindInPeer(channel, peer)).Take(MaxPeersTold),
        ];
    }

    private IEnumerable<ChannelFinding> FindInRules(string channel, ChannelEntry? entry)
    {
        var policy = _state.Policy;
        if (!_state.MayJoin(channel))
        {
            yield return new ChannelFinding(
                "invite",
                "the channel needs an invite, and this peer has none that holds",
                $"an inviter has to invite {policy.OwnKey} (/sc_invite), then join with that invite"
            );
        }
        else if (entry is null)
        {
            yield return new ChannelFinding("join", "this peer is not on the channel", "join it");
        }
        else if (!entry.IsTopicJoined)
        {
            yield return new ChannelFinding(
                "join",
                "the channel was opened for sending only: peers are not looked for, and it is given up when not used",
                "join it"
            );
        }
        if (policy.NeedsWelcome(channel) && !_state.Welcomes.IsWelcomed(channel))
            yield return WelcomeFinding(channel, policy.GetOwner(channel));
        if (policy.IsOwnerWriteOnly(channel) && !policy.IsOwnChannel(channel))
            yield return OwnerFinding(policy.GetOwner(channel));
    }

    private static ChannelFinding WelcomeFinding(string channel, string? owner) =>
        owner is null
            ? new ChannelFinding(OwnerlessChannel.Gate, OwnerlessChannel.Cause, OwnerlessChannel.FixFor(channel))
            : new ChannelFinding(
                "welcome",
                $"nothing is delivered before the welcome of the owner, {owner}, was seen",
                "the owner shows the welcome it has made (/sc_welcome) when this peer opens the channel: leave and join while it is connected, or join with --welcome"
            );

    private static ChannelFinding OwnerFinding(string? owner) =>
        owner is null
            ? new ChannelFinding(
                "owner-only",
                "only the owner may write, and no owner is known: everything is dropped",
                "name the owner with --sidechannel-owner"
            )
            : new ChannelFinding(
                "owner-only",
                $"only the owner, {owner}, may write: what this peer or others send is refused",
                "have the owner write, or take the channel out of --sidechannel-owner-write-channels"
            );

    private IEnumerable<ChannelFinding> FindInNetwork(string channel)
    {
        if (!IsStarted)
            yield return new ChannelFinding("network", "the sidechannels are not started", "start them");
        else if (_peers.Count == 0)
            yield return new ChannelFinding(
                "network",
                "no peer is connected",
                "others have to be on this channel or the entry channel and on the same DHT; see `intercom peers`"
            );
        else if (CountOpen(channel) == 0)
            yield return new ChannelFinding(
                "network",
                $"of {_peers.Count} connected peers none has the channel open",
                "they have to join it; the name has to be the same letter by letter"
            );
    }

    private IEnumerable<ChannelFinding> FindInPeer(string channel, PeerLink peer)
    {
        if (peer.Limiter.IsBlocked(_state.Now))
            yield return About(peer, DropReason.Blocked);
        if (!peer.Links.TryGetValue(channel, out var link))
            yield break;
        if (!link.IsOpen)
            yield return new ChannelFinding(
                "peer",
                "the peer has not answered the offer to open the channel",
                "it has to join the channel",
                peer.KeyHex
            );
        else if (!_state.MaySee(channel, peer.KeyHex))
            yield return About(peer, DropReason.Unauthorized);
    }

    private static ChannelFinding About(PeerLink peer, DropReason reason) =>
        new(DropReasonText.GateOf(reason), DropReasonText.CauseOf(reason), DropReasonText.FixOf(reason), peer.KeyHex);
}
