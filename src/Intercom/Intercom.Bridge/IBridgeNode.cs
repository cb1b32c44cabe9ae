using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Bridge;

/// <summary>The node as the bridge needs it. Called from any thread; nothing here waits for the network.</summary>
public interface IBridgeNode
{
    /// <summary>A message was delivered. Raised on the node's loop: handlers only take it down.</summary>
    event Action<SidechannelMessage>? MessageReceived;

    /// <summary>Own public key in hexadecimal.</summary>
    string PublicKey { get; }

    /// <summary>Own address, null if there is none.</summary>
    string? Address { get; }

    /// <summary>The channel that is always on.</summary>
    string EntryChannel { get; }

    /// <summary>Largest payload that can be sent, in bytes.</summary>
    int MaxMessageBytes { get; }

    /// <summary>What <c>info</c> answers; null when there is nothing to tell. Not changed once given.</summary>
    JsObject? Info { get; }

    /// <summary>
    /// Takes the credentials that hold, then broadcasts. A null message leaves the member out. Outcomes that come together
    /// may be told one after the other on one thread: who waits for them must not block it. Messages of one
    /// <paramref name="sender"/> are sent in their order; senders whose messages wait take turns.
    /// </summary>
    Task<BroadcastResult> SendAsync(string channel, JsValue? message, JsValue? invite, JsValue? welcome, object sender);

    /// <summary>Takes the credentials that hold, then joins.</summary>
    Task<JoinStatus> JoinAsync(string channel, JsValue? invite, JsValue? welcome);

    /// <summary>Leaves; false for the entry channel and for channels not joined.</summary>
    Task<bool> LeaveAsync(string channel);

    /// <summary>Asks peers to open a channel; <paramref name="via"/> is null for the entry channel.</summary>
    Task<BroadcastResult> RequestOpenAsync(string channel, string? via, JsValue? invite, JsValue? welcome);

    /// <summary>Signs an invite for a channel; null when it would have no lifetime.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="invitee">Public key of the peer invited, hexadecimal.</param>
    /// <param name="lifetime">How long it holds; null for the node's own setting.</param>
    /// <param name="welcome">The welcome to put beside it; null for the one known here.</param>
    Task<JsObject?> CreateInviteAsync(string channel, string invitee, TimeSpan? lifetime, JsValue? welcome);

    /// <summary>Signs a welcome for a channel and, if this peer owns it, shows it from now on.</summary>
    Task<JsObject> CreateWelcomeAsync(string channel, string text);

    /// <summary>Why a channel is silent, or what was dropped on it.</summary>
    Task<ChannelExplanation> ExplainAsync(string channel);

    /// <summary>The peers connected now.</summary>
    Task<IReadOnlyList<BridgePeer>> GetPeersAsync();

    /// <summary>What <c>stats</c> answers.</summary>
    Task<BridgeStats> GetStatsAsync();
}
