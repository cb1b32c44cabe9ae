using Hyper.Encoding.Json;
using Intercom.Sidechannels;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Internal;

/// <summary>
/// Runs the requests of one authenticated client, one at a time in their order. Texts and members are those of the
/// JavaScript version, which agents rely on.
/// Source: Trac-Systems/intercom 964f578, features/sc-bridge/index.js, <c>_handleClientMessage</c>.
/// </summary>
internal sealed partial class ClientCommands(IBridgeNode node, ClientSession session, BridgeOptions options)
{
    /// <summary>Runs one request and gives the answer, without the request's id.</summary>
    public async Task<JsObject> RunAsync(JsValue request)
    {
        var type = JsConvert.ToText(JsConvert.Get(request, "type"));
        return (JsConvert.Get(request, "type") as JsString)?.Value switch
        {
            "ping" => new JsObject { ["type"] = "pong", ["ts"] = options.Time.GetUtcNow().ToUnixTimeMilliseconds() },
            "set_filter" => SetFilter(JsConvert.Get(request, "filter")),
            "clear_filter" => SetFilter(null),
            "subscribe" when !ChannelsOf(request).All(session.MayRead) || !session.May(BridgeScopes.Read) =>
                BridgeJson.Forbidden("read"),
            "send" when !session.MaySend(ChannelOf(request)) => BridgeJson.Forbidden("send"),
            "send" when IsControl(request) && !session.May(BridgeScopes.Channels) => BridgeJson.Forbidden("channels"),
            "join" or "leave" or "open" when !session.May(BridgeScopes.Channels) => BridgeJson.Forbidden("channels"),
            "stats" or "info" or "peers" when !session.May(BridgeScopes.Inspect) => BridgeJson.Forbidden("inspect"),
            "cli" when !session.May(BridgeScopes.Cli) => BridgeJson.Forbidden("cli"),
            "invite" or "welcome" when !session.May(BridgeScopes.Invite) => BridgeJson.Forbidden("invite"),
            "why" when !session.May(BridgeScopes.Explain) => BridgeJson.Forbidden("explain"),
            "subscribe" => Subscribe(request),
            "unsubscribe" => Unsubscribe(request),
            "send" => await SendAsync(request),
            "join" => await JoinAsync(request),
            "leave" => await LeaveAsync(request),
            "open" => await OpenAsync(request),
            "stats" => await StatsAsync(),
            "info" => Info(),
            "peers" => await PeersAsync(),
            "invite" => await InviteAsync(request),
            "welcome" => await WelcomeAsync(request),
            "why" => await WhyAsync(request),
            "cli" => await CliAsync(request),
            _ => BridgeJson.Error($"Unknown type: {type}"),
        };
    }

    /// <summary>Puts the request's id first when it is a whole number.</summary>
    public static JsObject WithId(JsValue request, JsObject reply)
    {
        if (JsConvert.Get(request, "id") is not JsNumber id || !double.IsInteger(id.Value))
            return reply;
        var marked = new JsObject { ["id"] = id };
        foreach (var (key, value) in reply)
            marked[key] = value;
        return marked;
    }

    private JsObject SetFilter(JsValue? filter)
    {
        var given = JsConvert.IsTruthy(filter) ? filter! : JsString.Of("");
        // Every message is searched for all words of every client's filter, on one thread.
        if (JsConvert.ToText(given).Length > MessageFilter.MaxChars)
            return BridgeJson.Error($"Filter too long (more than {MessageFilter.MaxChars} characters).");
        session.Filter = MessageFilter.Parse(JsConvert.ToText(given));
        return new JsObject { ["type"] = "filter_set", ["filter"] = given };
    }

    private JsObject Subscribe(JsValue request)
    {
        session.Subscribe(ChannelsOf(request));
        return Subscribed();
    }

    private JsObject Unsubscribe(JsValue request)
    {
        session.Unsubscribe(ChannelsOf(request));
        return Subscribed();
    }

    private JsObject Subscribed() => new() { ["type"] = "subscribed", ["channels"] = ToArray(session.Channels) };

    private async Task<JsObject> SendAsync(JsValue request)
    {
        if (!TryReadTarget(request, out var channel, out var invite, out var welcome, out var error))
            return error;
        var sent = await node.SendAsync(channel, JsConvert.Get(request, "message"), invite, welcome, session);
        if (!sent.IsSent)
            return Denied("Send denied (invite required or invalid).", sent.Status);
        return new JsObject
        {
            ["type"] = "sent",
            ["channel"] = channel,
            ["peers"] = sent.Peers,
        };
    }

    private async Task<JsObject> JoinAsync(JsValue request)
    {
        if (!TryReadTarget(request, out var channel, out var invite, out var welcome, out var error))
            return error;
        return await node.JoinAsync(channel, invite, welcome) == JoinStatus.Joined
            ? new JsObject { ["type"] = "joined", ["channel"] = channel }
            : BridgeJson.Error("Join denied (invite required or invalid).");
    }

    private async Task<JsObject> LeaveAsync(JsValue request)
    {
        var channel = ChannelOf(request);
        if (channel.Length == 0)
            return BridgeJson.Error("Missing channel.");
        var isLeft = await node.LeaveAsync(channel);
        session.Unsubscribe([channel]);
        return new JsObject
        {
            ["type"] = "left",
            ["channel"] = channel,
            ["ok"] = isLeft,
        };
    }

    private async Task<JsObject> OpenAsync(JsValue request)
    {
        if (!TryReadTarget(request, out var channel, out var invite, out var welcome, out var error))
            return error;
        var given = JsConvert.Get(request, "via");
        var via = JsConvert.IsTruthy(given) ? JsConvert.ToText(given) : null;
        var requested = await node.RequestOpenAsync(channel, via, invite, welcome);
        if (!requested.IsSent)
            return Denied("Open request denied (invalid input or missing invite/welcome).", requested.Status);
        return new JsObject
        {
            ["type"] = "open_requested",
            ["channel"] = channel,
            ["via"] = via,
        };
    }

    private async Task<JsObject> StatsAsync()
    {
        var stats = await node.GetStatsAsync();
        return new JsObject
        {
            ["type"] = "stats",
            ["channels"] = ToArray(stats.Channels),
            ["connectionCount"] = stats.ConnectionCount,
            ["sidechannelStarted"] = stats.IsStarted,
        };
    }

    /// <summary>Not in the JavaScript version.</summary>
    private async Task<JsObject> PeersAsync()
    {
        var list = new JsArray();
        foreach (var peer in await node.GetPeersAsync())
        {
            list.Add(
                new JsObject
                {
                    ["peer"] = peer.PublicKey,
                    ["channels"] = ToArray(peer.Channels),
                    ["blocked"] = peer.IsBlocked,
                }
            );
        }
        return new JsObject { ["type"] = "peers", ["peers"] = list };
    }

    private JsObject Info() =>
        node.Info is { } info
            ? new JsObject { ["type"] = "info", ["info"] = info }
            : BridgeJson.Error("Info not available.");

    private static JsObject Denied(string text, BroadcastStatus status)
    {
        var error = BridgeJson.Error(text);
        error["reason"] = status.ToString();
        return error;
    }

    private static bool TryReadTarget(
        JsValue request,
        out string channel,
        out JsValue? invite,
        out JsValue? welcome,
        out JsObject error
    )
    {
        channel = ChannelOf(request);
        var givenInvite = JsConvert.Get(request, "invite");
        var givenWelcome = JsConvert.Get(request, "welcome");
        invite = CredentialText.TryParse(givenInvite);
        welcome = CredentialText.TryParse(givenWelcome);
        var fault =
            channel.Length == 0 ? "Missing channel."
            : JsConvert.IsTruthy(givenInvite) && invite is null ? "Invalid invite (expected JSON or base64)."
            : JsConvert.IsTruthy(givenWelcome) && welcome is null ? "Invalid welcome (expected JSON or base64)."
            : null;
        error = BridgeJson.Error(fault ?? "");
        return fault is null;
    }

    /// <summary>Whether peers take the message for a control, such as a request to open a channel.</summary>
    private static bool IsControl(JsValue request) =>
        JsConvert.IsTruthy(JsConvert.Get(JsConvert.Get(request, "message"), "control"));

    private static string ChannelOf(JsValue request)
    {
        var channel = JsConvert.Get(request, "channel");
        return JsConvert.IsTruthy(channel) ? SidechannelNames.Normalize(JsConvert.ToText(channel)) : "";
    }

    private static IEnumerable<string> ChannelsOf(JsValue request)
    {
        if (JsConvert.Get(request, "channels") is JsArray channels)
            return channels.Select(JsConvert.ToText);
        var channel = JsConvert.Get(request, "channel");
        return JsConvert.IsTruthy(channel) ? [JsConvert.ToText(channel)] : [];
    }

    private static JsArray ToArray(IEnumerable<string> texts)
    {
        var array = new JsArray();
        foreach (var text in texts)
            array.Add(text);
        return array;
    }
}
