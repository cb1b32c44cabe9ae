using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;

namespace Intercom.Sidechannels;

/// <summary>Joining and leaving channels.</summary>
public sealed partial class Sidechannels
{
    /// <summary>Longer names of others' choosing are not joined: they are kept, and told to every peer.</summary>
    private const int MaxAutoJoinedChars = 1024;

    /// <summary>
    /// Joins a channel: finds peers for it and opens it on every connection. Joining again is a no-op.
    /// </summary>
    public JoinStatus Join(string channel)
    {
        Loop.VerifyAccess();
        return Join(channel, isAutoJoined: false);
    }

    /// <summary>
    /// Leaves a channel and forgets its welcome and invites. The entry channel cannot be left.
    /// </summary>
    /// <returns>False when the channel is the entry channel or was not joined.</returns>
    public bool Leave(string channel)
    {
        Loop.VerifyAccess();
        var name = SidechannelNames.Normalize(channel);
        if (_state.Policy.IsEntry(name) || !_channels.TryGetValue(name, out var entry))
            return false;
        Remove(entry);
        _state.Invites.Forget(name);
        _state.Welcomes.Forget(name);
        return true;
    }

    /// <summary>
    /// Takes an invite and a welcome for a channel, each if it holds: the invite for this peer by an inviter, the welcome
    /// by the channel's owner. What does not hold is passed over.
    /// </summary>
    public void Accept(string channel, JsValue? invite, JsValue? welcome)
    {
        Loop.VerifyAccess();
        var name = SidechannelNames.Normalize(channel);
        if (name.Length == 0)
            return;
        if (invite is not null)
        {
            _state.AcceptInvite(invite, name);
            _state.AcceptWelcome((invite as JsObject)?["welcome"], name);
        }
        _state.AcceptWelcome(welcome, name);
    }

    private JoinStatus Join(string channel, bool isAutoJoined)
    {
        var status = Register(SidechannelNames.Normalize(channel), isAutoJoined, out var entry);
        if (entry is null || !IsStarted)
            return status;
        JoinTopic(entry);
        foreach (var peer in _peers.Values)
            OpenLink(peer, entry);
        return status;
    }

    private ChannelEntry? Register(string name, bool isAutoJoined)
    {
        Register(name, isAutoJoined, out var entry);
        return entry;
    }

    private JoinStatus Register(string name, bool isAutoJoined, out ChannelEntry? entry)
    {
        if (_channels.TryGetValue(name, out entry))
            return JoinStatus.Joined;
        if (name.Length == 0)
            return JoinStatus.InvalidName;
        if (!_state.MayJoin(name))
        {
            LogJoinDenied(name);
            return JoinStatus.InviteRequired;
        }
        if (isAutoJoined && (name.Length > MaxAutoJoinedChars || CountAutoJoined() >= _options.MaxAutoJoinedChannels))
            return JoinStatus.TooManyChannels;
        if (_channels.Count >= _options.MaxChannels && !TryMakeRoom())
            return JoinStatus.TooManyChannels;
        entry = new ChannelEntry(name, _state) { IsAutoJoined = isAutoJoined };
        _channels.Add(name, entry);
        _state.SeenBudget.Share(_channels.Count);
        LogJoined(name);
        return JoinStatus.Joined;
    }

    private int CountAutoJoined()
    {
        var count = 0;
        foreach (var channel in _channels.Values)
            count += channel.IsAutoJoined ? 1 : 0;
        return count;
    }

    private void JoinTopic(ChannelEntry channel)
    {
        if (channel.IsTopicJoined)
            return;
        channel.IsTopicJoined = true;
        _swarm.Join(channel.Topic);
    }

    private void LeaveTopic(ChannelEntry channel)
    {
        if (!channel.IsTopicJoined)
            return;
        channel.IsTopicJoined = false;
        _swarm.Leave(channel.Topic);
    }
}
