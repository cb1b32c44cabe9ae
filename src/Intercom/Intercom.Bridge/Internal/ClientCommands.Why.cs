using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Internal;

internal sealed partial class ClientCommands
{
    /// <summary>Not in the JavaScript version.</summary>
    private async Task<JsObject> WhyAsync(JsValue request)
    {
        var channel = ChannelOf(request);
        if (channel.Length == 0)
            return BridgeJson.Error("Missing channel.");
        var why = await node.ExplainAsync(channel);
        return new JsObject
        {
            ["type"] = "why",
            ["channel"] = why.Channel,
            ["joined"] = why.IsJoined,
            ["connections"] = why.Connections,
            ["open"] = why.OpenPeers,
            ["delivered"] = why.Delivered,
            ["sent"] = why.Sent,
            ["findings"] = ToArray(why.Findings, ToJson),
            ["drops"] = ToArray(why.Drops, drop => ToJson(drop.Key, drop.Value)),
            ["recent"] = ToArray(why.Recent, ToJson),
        };
    }

    private static JsObject ToJson(ChannelFinding finding) =>
        new()
        {
            ["gate"] = finding.Gate,
            ["cause"] = finding.Cause,
            ["fix"] = finding.Fix,
            ["peer"] = finding.Peer,
        };

    private static JsObject ToJson(DropReason reason, long count) =>
        new()
        {
            ["reason"] = reason.ToString(),
            ["count"] = count,
            ["gate"] = DropReasonText.GateOf(reason),
            ["cause"] = DropReasonText.CauseOf(reason),
            ["fix"] = DropReasonText.FixOf(reason),
        };

    private static JsObject ToJson(DropRecord drop) =>
        new()
        {
            ["ts"] = drop.Time.ToUnixTimeMilliseconds(),
            ["reason"] = drop.Reason.ToString(),
            ["peer"] = drop.Peer.ToHex(),
        };

    private static JsArray ToArray<T>(IEnumerable<T> items, Func<T, JsObject> toJson)
    {
        var array = new JsArray();
        foreach (var item in items)
            array.Add(toJson(item));
        return array;
    }
}
