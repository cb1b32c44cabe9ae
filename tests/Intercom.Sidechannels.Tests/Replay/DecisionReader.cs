using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>Puts recorded steps into the words of the decision table.</summary>
internal sealed class DecisionReader(SidechannelOptions options, string ownKey)
{
    private static readonly Dictionary<string, string> _gates = new(StringComparer.Ordinal)
    {
        ["size"] = "size guard",
        ["rate"] = "rate, strikes, block",
        ["pow"] = "proof of work",
        ["powchan"] = "proof of work by channel",
        ["invrecv"] = "invite shown to us",
        ["invjoin"] = "invite of our own",
        ["invmodes"] = "invite by name, prefix, all",
        ["welcome"] = "welcome",
        ["owner"] = "owner-only",
        ["open"] = "request to open",
        ["leave"] = "leave and join",
        ["shape"] = "shape, ids, duplicates",
        ["seenttl"] = "shape, ids, duplicates",
        ["deep"] = "nesting",
        ["crash"] = "what is not JSON",
    };

    /// <summary>Of a case in which JavaScript came to no decision.</summary>
    public const string NoDecision = "no decision";

    private readonly ChannelPolicy _policy = new(options, ownKey);

    /// <summary>All gates, in the order of the table.</summary>
    public static IEnumerable<string> Gates => _gates.Values.Distinct().Append("relay");

    public static string GateOf(JsObject recorded) =>
        recorded.GetString("group") is { } group ? _gates[group] : "relay";

    /// <summary>Who acts: this peer for a client of its bridge, or a neighbour by what it is on the channel.</summary>
    public string RoleOf(JsObject stimulus, IReadOnlyDictionary<string, string> keys)
    {
        if (stimulus.GetObject("bridge") is { } request)
            return $"this peer: {request.GetString("type")}";
        var key = keys[stimulus.GetString("by")!];
        var channel = SidechannelNames.Normalize(stimulus.GetString("on"));
        var from = KeyHex.Normalize(JsConvert.Get(stimulus["payload"], "from"));
        var role = _policy.RoleOf(key, channel) switch
        {
            SenderRole.Owner => "owner",
            SenderRole.Inviter when _policy.NeedsInvite(channel) => "inviter",
            _ => "neighbour",
        };
        return from is not null && from != key ? $"{role}, for another" : role;
    }

    /// <summary>The recorded outcome; null where none was observed.</summary>
    public static string? JsOutcome(JsObject? decided)
    {
        if (decided is null)
            return null;
        if (decided.ContainsKey("exited"))
            return NoDecision;
        if (decided.GetString("reply") is { } reply)
            return ReplyText(reply);
        if (decided.GetBoolean("delivered") is not { } isDelivered)
            return null;
        var reasons = (decided.GetArray("printed_reason") ?? new JsArray()).Select(JsConvert.ToText).ToList();
        // What the terminal prints when the join that follows is refused; here it is the status of that join.
        reasons.Remove("join denied");
        return Outcome(isDelivered, decided.GetArray("relayed_to")!.Count > 0, reasons);
    }

    /// <summary>Whether a request of a bridge client is about a channel; others are no decisions.</summary>
    public static bool IsDecided(JsObject request) =>
        request.GetString("type") is "send" or "join" or "leave" or "open";

    public static string ReplyText(string type) => type == "error" ? "refused" : type;

    /// <param name="isDelivered">Whether the message was delivered.</param>
    /// <param name="isRelayed">Whether anybody was sent it.</param>
    /// <param name="reasons">What was said of it.</param>
    public static string Outcome(bool isDelivered, bool isRelayed, IReadOnlyList<string> reasons)
    {
        var isRequest = reasons is ["channel request received" or "auto-joined"];
        var fate =
            isDelivered ? "delivered"
            : isRequest ? "taken"
            : reasons.Count > 0 ? $"dropped ({string.Join(", ", reasons)})"
            : "nothing";
        return isRelayed ? $"{fate}, relayed" : fate;
    }
}
