using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;

namespace Intercom.Sidechannels;

/// <summary>Connections, and opening channels on them.</summary>
public sealed partial class Sidechannels
{
    /// <summary>Connections beyond this are closed; the swarm has a lower limit of its own.</summary>
    private const int MaxConnections = 4096;

    private void AddPeer(ISidechannelConnection connection)
    {
        if (!IsStarted || _peers.ContainsKey(connection))
            return;
        if (_peers.Count >= MaxConnections)
        {
            connection.Close();
            return;
        }
        var peer = new PeerLink(connection, _adapter, _state, _preparation, _pipeline);
        _peers.Add(connection, peer);
        foreach (var channel in _channels.Values)
            OpenLink(peer, channel);
    }

    private void RemovePeer(ISidechannelConnection connection)
    {
        if (!_peers.TryGetValue(connection, out var peer))
            return;
        peer.Close();
        // Perhaps heard of inside a send to all peers: the list is changed when that is over.
        Loop.Post(_ => _peers.Remove(connection), null);
    }

    /// <summary>Opens the channel on the connection, unless it is open or opening; also when the other side asks.</summary>
    private void OpenLink(PeerLink peer, ChannelEntry channel)
    {
        if (peer.IsGone || peer.Links.ContainsKey(channel.Name) || !_channels.ContainsKey(channel.Name))
            return;
        peer.Connection.Mux.Pair(
            channel.Protocol,
            (_, _) =>
            {
                OpenLink(peer, channel);
                return default;
            }
        );
        var link = new ChannelLink(peer, channel);
        peer.Links.Add(channel.Name, link);
        if (!link.TryOpen())
            peer.Links.Remove(channel.Name);
    }

    private static void CloseLink(PeerLink peer, ChannelEntry channel)
    {
        peer.Connection.Mux.Unpair(channel.Protocol);
        if (peer.Retries.Remove(channel.Name, out var retry))
            retry.Timer.Dispose();
        if (peer.Links.Remove(channel.Name, out var link))
            link.Close();
    }

    /// <summary>Shows the own welcome and invite first, then lets through what waits.</summary>
    private void Greet(ChannelLink link)
    {
        if (link.Peer.Retries.Remove(link.Entry.Name, out var retry))
            retry.Timer.Dispose();
        LogOpened(link.Entry.Name, link.Peer.Key);
        var welcome = WelcomeFor(link);
        var invite = InviteFor(link);
        if (welcome is null && invite is null)
        {
            link.SetReady();
            return;
        }
        if (_outbox.IsFull)
        {
            // The other side opens and closes faster than greetings can be sealed; it may ask again later.
            Count(link, DropReason.Backlog);
            link.Peer.Links.Remove(link.Entry.Name);
            link.Close();
            return;
        }
        if (welcome is not null)
            EnqueueControl(link, new JsObject { ["control"] = Controls.Welcome, ["welcome"] = welcome });
        if (invite is not null)
            EnqueueControl(link, new JsObject { ["control"] = Controls.Auth, ["invite"] = invite });
        _outbox.Enqueue(new OutboxItem(link.Entry, payload: null) { Link = link });
    }

    private void EnqueueControl(ChannelLink link, JsObject message) =>
        _outbox.Enqueue(
            new OutboxItem(link.Entry, BuildPayload(link.Entry.Name, message, invite: null)) { Link = link }
        );

    /// <summary>Only the owner shows the welcome, and on an invite channel only to those who may see it.</summary>
    private JsValue? WelcomeFor(ChannelLink link)
    {
        var channel = link.Entry.Name;
        return _state.Policy.IsOwnChannel(channel) && _state.MaySee(channel, link.Peer.KeyHex)
            ? _state.Welcomes.Get(channel)
            : null;
    }

    private JsValue? InviteFor(ChannelLink link)
    {
        var channel = link.Entry.Name;
        return _state.Policy.NeedsInvite(channel) && !_state.Policy.IsInviter ? _state.Invites.GetOwn(channel) : null;
    }

    private void HandleClosed(ChannelLink link, bool wasReady)
    {
        var peer = link.Peer;
        var channel = link.Entry;
        if (peer.Links.GetValueOrDefault(channel.Name) == link)
            peer.Links.Remove(channel.Name);
        if (wasReady || peer.IsGone || peer.Connection.Mux.IsDestroyed || !_channels.ContainsKey(channel.Name))
            return;
        if (!peer.Retries.TryGetValue(channel.Name, out var retry))
        {
            retry = new OpenRetry(Loop.Time.CreateTimer(_ => OpenLink(peer, channel), null));
            peer.Retries.Add(channel.Name, retry);
        }
        if (!retry.TryArm(_state.Now))
            LogOpenGivenUp(channel.Name, peer.Key);
    }
}
