using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>A node some of whose ways a test changes.</summary>
/// <param name="node">The node behind it.</param>
internal abstract class PassingNode(IBridgeNode node) : IBridgeNode
{
    public virtual event Action<SidechannelMessage>? MessageReceived
    {
        add => node.MessageReceived += value;
        remove => node.MessageReceived -= value;
    }

    public string PublicKey => node.PublicKey;

    public string? Address => node.Address;

    public string EntryChannel => node.EntryChannel;

    public int MaxMessageBytes => node.MaxMessageBytes;

    public JsObject? Info => node.Info;

    public virtual Task<BroadcastResult> SendAsync(
        string channel,
        JsValue? message,
        JsValue? invite,
        JsValue? welcome,
        object sender
    ) => node.SendAsync(channel, message, invite, welcome, sender);

    public Task<JoinStatus> JoinAsync(string channel, JsValue? invite, JsValue? welcome) =>
        node.JoinAsync(channel, invite, welcome);

    public Task<bool> LeaveAsync(string channel) => node.LeaveAsync(channel);

    public Task<BroadcastResult> RequestOpenAsync(string channel, string? via, JsValue? invite, JsValue? welcome) =>
        node.RequestOpenAsync(channel, via, invite, welcome);

    public Task<JsObject?> CreateInviteAsync(string channel, string invitee, TimeSpan? lifetime, JsValue? welcome) =>
        node.CreateInviteAsync(channel, invitee, lifetime, welcome);

    public Task<JsObject> CreateWelcomeAsync(string channel, string text) => node.CreateWelcomeAsync(channel, text);

    public Task<ChannelExplanation> ExplainAsync(string channel) => node.ExplainAsync(channel);

    public Task<IReadOnlyList<BridgePeer>> GetPeersAsync() => node.GetPeersAsync();

    public virtual Task<BridgeStats> GetStatsAsync() => node.GetStatsAsync();
}
