using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels;

/// <summary>Sending.</summary>
public sealed partial class Sidechannels
{
    private const int IdRandomChars = 8;
    private const string IdAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Values of a byte that fall on each letter equally often.</summary>
    private const int FairBytes = 252;

    /// <summary>Largest frame that is worth gathering: the cipher's fixed cost is saved, but each byte is copied.</summary>
    private const int MaxGatheredBytes = 2048;

    /// <summary>Randomness for the identifiers to come, and how much of it is used.</summary>
    private readonly byte[] _idBytes = new byte[256];
    private int _idByte = 256;

    /// <summary>
    /// Sends a message to every peer that has the channel open. It is sealed first (proof of work, signature), away from
    /// the loop; messages of one sender leave in the order of the calls.
    /// </summary>
    /// <param name="channel">The channel. One that is not joined is opened on the connections there are.</param>
    /// <param name="message">Any JSON; null leaves the member out. Not to be changed afterwards.</param>
    /// <param name="invite">An invite for this peer, taken if it holds and sent along.</param>
    /// <param name="sender">
    /// For whom this peer sends, known by its reference; null for itself. Senders whose messages wait take turns.
    /// </param>
    public Task<BroadcastResult> BroadcastAsync(
        string channel,
        JsValue? message,
        JsValue? invite = null,
        object? sender = null
    )
    {
        Loop.VerifyAccess();
        var name = SidechannelNames.Normalize(channel);
        if (name.Length == 0)
            return RefuseAsync(BroadcastStatus.InvalidName);
        var isAuth = JsConvert.Get(message, "control") is { } control && JsConvert.ToText(control) == Controls.Auth;
        if (_state.Policy.IsOwnerWriteOnly(name) && !isAuth && !_state.Policy.IsOwnChannel(name))
            return RefuseAsync(BroadcastStatus.NotOwner);
        if (invite is not null)
            Accept(name, invite, welcome: null);
        var status = Register(name, isAutoJoined: false, out var entry);
        if (entry is null)
            return RefuseAsync(
                status == JoinStatus.InviteRequired ? BroadcastStatus.InviteRequired : BroadcastStatus.TooManyChannels
            );
        entry.LastUsed = _state.Now;
        foreach (var peer in _peers.Values)
            OpenLink(peer, entry);
        var payload = BuildPayload(name, message, invite);
        // Before it costs a proof of work; the seal only adds to it.
        var text = JsJson.StringifyToUtf8(payload);
        if (text.Length > _options.MaxMessageBytes)
            return RefuseAsync(BroadcastStatus.TooLarge);
        return _outbox.SendAsync(
            new OutboxItem(entry, payload)
            {
                IsForAll = isAuth,
                Text = _state.Policy.NeedsProof(name) ? null : text,
                Sender = sender,
            }
        );
    }

    /// <summary>Asks the peers of a channel to open another one. This peer does not join it.</summary>
    /// <param name="channel">The channel to open.</param>
    /// <param name="via">The channel to ask on; null for the entry channel.</param>
    /// <param name="invite">An invite to send along.</param>
    /// <param name="welcome">The channel's welcome; null takes the one in the invite, if any.</param>
    public Task<BroadcastResult> RequestOpenAsync(
        string channel,
        string? via = null,
        JsValue? invite = null,
        JsValue? welcome = null
    )
    {
        Loop.VerifyAccess();
        var target = SidechannelNames.Normalize(channel);
        var carrier = string.IsNullOrEmpty(via) ? EntryChannel : SidechannelNames.Normalize(via);
        if (target.Length == 0 || carrier.Length == 0)
            return RefuseAsync(BroadcastStatus.InvalidName);
        if (invite is not null)
            _state.AcceptInvite(invite, target);
        welcome ??= JsConvert.Get(invite, "welcome");
        _state.AcceptWelcome(welcome, target);
        var message = new JsObject { ["control"] = Controls.OpenChannel, ["channel"] = target };
        if (invite is not null)
            message["invite"] = invite;
        if (JsConvert.IsTruthy(welcome))
            message["welcome"] = welcome!;
        return BroadcastAsync(carrier, message);
    }

    private static Task<BroadcastResult> RefuseAsync(BroadcastStatus status) =>
        Task.FromResult(new BroadcastResult(status));

    /// <summary>The payload in the order of its members on the wire, without proof and signature.</summary>
    private JsObject BuildPayload(string channel, JsValue? message, JsValue? invite)
    {
        var time = Loop.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var payload = new JsObject(capacity: 10)
        {
            ["type"] = "sidechannel",
            ["id"] = MakeId(time),
            ["channel"] = channel,
            ["from"] = PublicKey,
            ["origin"] = PublicKey,
        };
        if (message is not null)
            payload["message"] = message;
        payload["ts"] = time;
        payload["ttl"] = _options.RelayTtl;
        if (invite is not null)
            payload["invite"] = invite;
        return payload;
    }

    private string MakeId(long time)
    {
        Span<char> random = stackalloc char[IdRandomChars];
        for (var made = 0; made < random.Length; )
        {
            if (_idByte == _idBytes.Length)
            {
                // For many messages at once: asking the system costs more than the rest of the payload.
                Loop.Random.Fill(_idBytes);
                _idByte = 0;
            }
            var value = _idBytes[_idByte++];
            if (value < FairBytes)
                random[made++] = IdAlphabet[value % IdAlphabet.Length];
        }
        return $"{PublicKey}:{time}:{random}";
    }

    /// <summary>
    /// Waits, for a moment, until the peers of a channel have read on: who sends faster than the network carries is slowed,
    /// and not robbed of messages.
    /// </summary>
    private Task WaitForReadersAsync(ChannelEntry channel)
    {
        List<Task>? waiting = null;
        foreach (var peer in _peers.Values)
            if (peer.IsBehind && peer.Links.ContainsKey(channel.Name))
                (waiting ??= []).Add(peer.WaitForDrainAsync());
        return waiting is null ? Task.CompletedTask : AllAsync(waiting);

        static async Task AllAsync(List<Task> waiting)
        {
            foreach (var one in waiting)
                await one;
        }
    }

    /// <summary>Hands a sealed message to its links.</summary>
    private BroadcastResult Transmit(OutboxItem item, byte[] frame)
    {
        var channel = item.Channel;
        var payload = item.Payload!;
        channel.Seen.TryAdd(payload, channel.Name, PublicKey, _state.Now);
        if (item.Link is { } only)
        {
            only.SendNow(frame);
            return new BroadcastResult(BroadcastStatus.Sent, 1);
        }
        var peers = 0;
        var opening = 0;
        foreach (var peer in _peers.Values)
        {
            if (!peer.Links.TryGetValue(channel.Name, out var link))
                continue;
            if (!item.IsForAll && !_state.MaySee(channel.Name, peer.KeyHex))
            {
                Drop(link, DropReason.Unauthorized);
                continue;
            }
            if (item.IsInBatch && frame.Length <= MaxGatheredBytes)
                peer.Connection.Mux.CorkTurn();
            switch (link.Send(frame))
            {
                case LinkSend.Sent:
                    peers++;
                    break;
                case LinkSend.Kept:
                    opening++;
                    break;
                default:
                    Drop(link, DropReason.SlowPeer);
                    break;
            }
        }
        channel.Sent++;
        SidechannelMetrics.Sent.Add(1);
        return new BroadcastResult(BroadcastStatus.Sent, peers, opening, payload.GetString("id"));
    }
}
