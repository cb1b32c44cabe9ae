using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Internal;

/// <summary>Invites and welcomes; not in the JavaScript version, where only the terminal makes them.</summary>
internal sealed partial class ClientCommands
{
    /// <summary>Nearly thirty thousand years: beyond it, numbers of seconds do not fit a time span.</summary>
    private const double MaxTtlSeconds = 9e11;

    private async Task<JsObject> InviteAsync(JsValue request)
    {
        if (!TryReadTarget(request, out var channel, out _, out var welcome, out var error))
            return error;
        if ((JsConvert.Get(request, "pubkey") as JsString)?.Value is not { Length: > 0 } invitee)
            return BridgeJson.Error("Missing pubkey.");
        TimeSpan? lifetime = JsConvert.Get(request, "ttl") is { IsNull: false } ttl
            ? TimeSpan.FromSeconds(Math.Clamp(Finite(JsConvert.ToNumber(ttl)), 0, MaxTtlSeconds))
            : null;
        if (await node.CreateInviteAsync(channel, invitee, lifetime, welcome) is not { } invite)
            return BridgeJson.Error("Missing ttl: seconds above 0.");
        return Signed("invite", channel, invite);
    }

    private async Task<JsObject> WelcomeAsync(JsValue request)
    {
        var channel = ChannelOf(request);
        if (channel.Length == 0)
            return BridgeJson.Error("Missing channel.");
        if ((JsConvert.Get(request, "text") as JsString)?.Value is not { Length: > 0 } text)
            return BridgeJson.Error("Missing text.");
        return Signed("welcome", channel, await node.CreateWelcomeAsync(channel, text));
    }

    private static JsObject Signed(string type, string channel, JsObject credential) =>
        new()
        {
            ["type"] = type,
            ["channel"] = channel,
            [type] = credential,
            [type + "_b64"] = Convert.ToBase64String(JsJson.StringifyToUtf8(credential)),
        };

    private static double Finite(double number) => double.IsNaN(number) ? 0 : number;
}
