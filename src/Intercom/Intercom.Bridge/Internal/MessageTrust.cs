using Hyper.Encoding.Json;
using Intercom.Sidechannels;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Internal;

/// <summary>
/// One word for how far the sender of a message can be trusted, so that a host of agents can decide by it what a message
/// may cause.
/// </summary>
internal sealed class MessageTrust(IEnumerable<string> trustedKeys)
{
    private readonly HashSet<string> _trusted = trustedKeys.Select(KeyHex.Normalize).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// <c>none</c> where the sender is a claim; else the first of <c>trusted</c>, a key that the peer's keeper has named;
    /// <c>owner</c>, the channel's; <c>inviter</c>; <c>verified</c>.
    /// </summary>
    public string Of(SidechannelMessage message)
    {
        if (!message.IsAuthentic)
            return "none";
        if (_trusted.Count > 0 && IsTrusted(JsConvert.Get(message.Payload, "from")))
            return "trusted";
        return message.Role switch
        {
            SenderRole.Owner => "owner",
            SenderRole.Inviter => "inviter",
            _ => "verified",
        };
    }

    private bool IsTrusted(JsValue? from) => KeyHex.Normalize(from) is { } key && _trusted.Contains(key);
}
