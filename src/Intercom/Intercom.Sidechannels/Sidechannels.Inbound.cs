using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels;

/// <summary>What becomes of messages that were judged.</summary>
public sealed partial class Sidechannels
{
    private void Drop(ChannelLink link, DropReason reason)
    {
        Count(link, reason);
        if (reason != DropReason.Malformed)
            return;
        // The other side is broken or hostile: it loses the channel, and being blocked it cannot go on with another.
        link.Peer.Limiter.Strike(_state.Now);
        link.Peer.Links.Remove(link.Entry.Name);
        link.Close();
    }

    private void Count(ChannelLink link, DropReason reason)
    {
        link.Entry.Drops.Add(reason);
        link.Entry.Recent.Add(new DropRecord(Loop.Time.GetUtcNow(), reason, link.Peer.Key));
        link.Peer.Drops.Add(reason);
        SidechannelMetrics.Count(reason);
        LogDropped(link.Entry.Name, reason, link.Peer.Key);
    }

    private SidechannelMessage ToMessage(InboundFrame frame) =>
        new(
            frame.Channel.Name,
            frame.Payload,
            frame.Sender,
            _state.Policy.RoleOf(frame.From, frame.Channel.Name),
            frame.Peer.Key,
            isDirect: frame.From == frame.Peer.KeyHex
        );

    private void Deliver(InboundFrame frame)
    {
        frame.Channel.Delivered++;
        frame.Channel.LastUsed = _state.Now;
        SidechannelMetrics.Delivered.Add(1);
        Raise(MessageReceived, ToMessage(frame));
    }

    private void HandleOpenRequest(InboundFrame frame, string target)
    {
        JoinStatus? join = _options.AutoJoinOnOpen ? Join(target, isAutoJoined: true) : null;
        LogOpenRequested(target, frame.Channel.Name, frame.Peer.Key, join);
        Raise(OpenRequested, new SidechannelOpenRequest(target, frame.Channel.Name, ToMessage(frame), join));
    }

    private void Relay(InboundFrame frame, JsObject relayed)
    {
        byte[]? encoded = null;
        foreach (var peer in _peers.Values)
        {
            if (peer == frame.Peer || !_state.MaySee(frame.Channel.Name, peer.KeyHex))
                continue;
            if (!peer.Links.TryGetValue(frame.Channel.Name, out var link))
                continue;
            encoded ??= JsonWire.Encode(relayed);
            if (link.Send(encoded) == LinkSend.Dropped)
                Drop(link, DropReason.SlowPeer);
        }
        if (encoded is null)
            return;
        frame.Channel.Relayed++;
        SidechannelMetrics.Relayed.Add(1);
    }

    private void HandleFailure(PeerLink peer, Exception error)
    {
        LogPeerFailed(peer.Key, error);
        peer.Connection.Close();
    }

    /// <summary>The internal faces of this class, so that none of them is public.</summary>
    private sealed class Adapter(Sidechannels owner) : ISidechannelSwarmHandler, ILinkOwner, IInboundSink
    {
        public void OnConnected(ISidechannelConnection connection) => owner.AddPeer(connection);

        public void OnDisconnected(ISidechannelConnection connection) => owner.RemovePeer(connection);

        public void OnLinkOpen(ChannelLink link) => owner.Greet(link);

        public void OnLinkClosed(ChannelLink link, bool wasReady) => owner.HandleClosed(link, wasReady);

        public void OnPeerFailed(PeerLink peer, Exception error) => owner.HandleFailure(peer, error);

        public void Drop(ChannelLink link, DropReason reason) => owner.Drop(link, reason);

        public void Deliver(InboundFrame frame) => owner.Deliver(frame);

        public void OpenRequested(InboundFrame frame, string target) => owner.HandleOpenRequest(frame, target);

        public bool HasOthers(InboundFrame frame) => owner._peers.Count > 1 || frame.Peer.IsGone;

        public void Relay(InboundFrame frame, JsObject relayed) => owner.Relay(frame, relayed);
    }
}
