using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;
using Intercom.Sidechannels;

namespace Intercom.Bridge;

/// <summary>Sidechannels as a node for the bridge. Every call enters their loop.</summary>
/// <param name="sidechannels">The sidechannels; they stay the caller's.</param>
/// <param name="options">The options they were made with.</param>
/// <param name="address">Own address, null if there is none.</param>
/// <param name="info">What <c>info</c> answers; null when there is nothing to tell.</param>
public sealed class SidechannelBridgeNode(
    Sidechannels.Sidechannels sidechannels,
    SidechannelOptions options,
    string? address = null,
    JsObject? info = null
) : IBridgeNode
{
    private readonly SendLine _sends = new(sidechannels.Loop);

    /// <inheritdoc/>
    public event Action<SidechannelMessage>? MessageReceived
    {
        add => sidechannels.MessageReceived += value;
        remove => sidechannels.MessageReceived -= value;
    }

    /// <inheritdoc/>
    public string PublicKey => sidechannels.PublicKey;

    /// <inheritdoc/>
    public string? Address => address;

    /// <inheritdoc/>
    public string EntryChannel => sidechannels.EntryChannel;

    /// <inheritdoc/>
    public int MaxMessageBytes => options.MaxMessageBytes;

    /// <inheritdoc/>
    public JsObject? Info => info;

    /// <inheritdoc/>
    public Task<BroadcastResult> SendAsync(
        string channel,
        JsValue? message,
        JsValue? invite,
        JsValue? welcome,
        object sender
    ) =>
        _sends.SendAsync(() =>
        {
            // A welcome on its own is for this peer; beside an invite it travels in it.
            if (welcome is not null && invite is null)
                sidechannels.Accept(channel, invite: null, welcome);
            return sidechannels.BroadcastAsync(channel, message, Combine(invite, welcome), sender);
        });

    /// <inheritdoc/>
    public Task<JoinStatus> JoinAsync(string channel, JsValue? invite, JsValue? welcome) =>
        sidechannels.Loop.InvokeAsync(() =>
        {
            sidechannels.Accept(channel, invite, welcome);
            return Task.FromResult(sidechannels.Join(channel));
        });

    /// <inheritdoc/>
    public Task<bool> LeaveAsync(string channel) =>
        sidechannels.Loop.InvokeAsync(() => Task.FromResult(sidechannels.Leave(channel)));

    /// <inheritdoc/>
    public Task<BroadcastResult> RequestOpenAsync(string channel, string? via, JsValue? invite, JsValue? welcome) =>
        sidechannels.Loop.InvokeAsync(() => sidechannels.RequestOpenAsync(channel, via, invite, welcome));

    /// <inheritdoc/>
    public Task<JsObject?> CreateInviteAsync(string channel, string invitee, TimeSpan? lifetime, JsValue? welcome) =>
        sidechannels.Loop.InvokeAsync(() =>
        {
            var holdsFor = lifetime ?? options.InviteLifetime;
            return Task.FromResult(
                holdsFor > TimeSpan.Zero
                    ? sidechannels.CreateInvite(channel, invitee, holdsFor, address, welcome)
                    : null
            );
        });

    /// <inheritdoc/>
    public Task<JsObject> CreateWelcomeAsync(string channel, string text) =>
        sidechannels.Loop.InvokeAsync(() => Task.FromResult(sidechannels.CreateWelcome(channel, text)));

    /// <inheritdoc/>
    public Task<ChannelExplanation> ExplainAsync(string channel) =>
        sidechannels.Loop.InvokeAsync(() => Task.FromResult(sidechannels.Explain(channel)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<BridgePeer>> GetPeersAsync() =>
        sidechannels.Loop.InvokeAsync(() =>
        {
            var peers = sidechannels.GetStatistics().Peers;
            return Task.FromResult<IReadOnlyList<BridgePeer>>([
                .. peers.Select(peer => new BridgePeer(peer.PublicKey.ToHex(), peer.OpenChannels, peer.IsBlocked)),
            ]);
        });

    /// <inheritdoc/>
    public Task<BridgeStats> GetStatsAsync() =>
        sidechannels.Loop.InvokeAsync(() =>
            Task.FromResult(
                new BridgeStats(sidechannels.Channels, sidechannels.ConnectionCount, sidechannels.IsStarted)
            )
        );

    private static JsValue? Combine(JsValue? invite, JsValue? welcome)
    {
        if (welcome is null || invite is not JsObject given || given["welcome"] is { IsTruthy: true })
            return invite;
        var combined = new JsObject();
        foreach (var (key, value) in given)
            combined[key] = value;
        combined["welcome"] = welcome;
        return combined;
    }
}
