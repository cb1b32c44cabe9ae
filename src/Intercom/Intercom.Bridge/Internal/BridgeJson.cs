using Hyper.Encoding.Json;
using Intercom.Sidechannels;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Internal;

/// <summary>
/// What the bridge says, member by member in the order of the JavaScript version; members of ours come last.
/// Source: Trac-Systems/intercom 964f578, features/sc-bridge/index.js.
/// </summary>
internal static class BridgeJson
{
    public static JsObject Hello(IBridgeNode node, string filter) =>
        new()
        {
            ["type"] = "hello",
            ["peer"] = node.PublicKey,
            ["address"] = node.Address,
            ["entryChannel"] = node.EntryChannel,
            ["filter"] = filter,
            ["requiresAuth"] = true,
        };

    /// <summary>What is said before authentication when there are credentials: nothing of who the peer is.</summary>
    public static JsObject AnonymousHello() => new() { ["type"] = "hello", ["requiresAuth"] = true };

    public static JsObject Forbidden(string scope) => Error($"Forbidden (scope {scope}).");

    /// <param name="message">What was delivered.</param>
    /// <param name="trust">How far the sender can be trusted, see <see cref="MessageTrust"/>.</param>
    /// <param name="now">Stands in for the time that the payload lacks.</param>
    public static JsObject Event(SidechannelMessage message, string trust, DateTimeOffset now)
    {
        var payload = message.Payload;
        return new JsObject(capacity: 14)
        {
            ["type"] = "sidechannel_message",
            ["channel"] = message.Channel,
            ["id"] = JsConvert.OrNull(JsConvert.Get(payload, "id")),
            ["from"] = JsConvert.OrNull(JsConvert.Get(payload, "from")),
            ["origin"] = JsConvert.OrNull(JsConvert.Get(payload, "origin")),
            ["sig"] = Present(payload, "sig") ?? Present(payload, "signature") ?? JsValue.Null,
            ["relayedBy"] = JsConvert.OrNull(JsConvert.Get(payload, "relayedBy")),
            ["ttl"] = JsConvert.OrNull(JsConvert.Get(payload, "ttl")),
            ["ts"] = Present(payload, "ts") ?? now.ToUnixTimeMilliseconds(),
            ["message"] = ContentOf(message),
            ["verified"] = message.Sender switch
            {
                SenderCheck.Verified => true,
                SenderCheck.Unverified => false,
                _ => JsValue.Null,
            },
            ["direct"] = message.IsDirect,
            ["neighbour"] = message.RemotePublicKey.ToHex(),
            ["trust"] = trust,
        };
    }

    /// <summary>Not in the JavaScript version, which keeps everything for a client that does not read.</summary>
    public static JsObject Lagged(long dropped) => new() { ["type"] = "lagged", ["dropped"] = dropped };

    /// <summary>The message, or the whole payload when it has none.</summary>
    public static JsValue ContentOf(SidechannelMessage message) =>
        Present(message.Payload, "message") ?? message.Payload;

    public static JsObject Error(string text) => new() { ["type"] = "error", ["error"] = text };

    private static JsValue? Present(JsValue payload, string key) =>
        JsConvert.Get(payload, key) is { IsNull: false } value ? value : null;
}
