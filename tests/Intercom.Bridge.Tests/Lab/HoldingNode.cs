using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>A node whose messages to one channel are under way until they are let go, as with a long proof of work.</summary>
/// <param name="node">The node behind it.</param>
/// <param name="heldChannel">The channel.</param>
/// <param name="expected">How many are waited for.</param>
internal sealed class HoldingNode(IBridgeNode node, string heldChannel, int expected) : IBridgeNode
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    public event Action<SidechannelMessage>? MessageReceived
    {
        add => node.MessageReceived += value;
        remove => node.MessageReceived -= value;
    }

    /// <summary>Messages that are held.</summary>
    public int Held => Volatile.Read(ref _held);

    public string PublicKey => node.PublicKey;

    public string? Address => node.Address;

    public string EntryChannel => node.EntryChannel;

    public int MaxMessageBytes => node.MaxMessageBytes;

    public JsObject? Info => node.Info;

    /// <summary>Completes when as many as expected are held.</summary>
    public Task Arrived => _arrived.Task;

    public void LetGo() => _letGo.SetResult();

    public async Task<BroadcastResult> SendAsync(string channel, JsValue? message, JsValue? invite, JsValue? welcome)
    {
        if (channel == heldChannel)
        {
            if (Interlocked.Increment(ref _held) == expected)
                _arrived.SetResult();
            await _letGo.Task;
        }
        return await node.SendAsync(channel, message, invite, welcome);
    }

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

    public Task<BridgeStats> GetStatsAsync() => node.GetStatsAsync();
}
