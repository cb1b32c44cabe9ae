using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;
using Intercom.Sidechannels;

namespace Intercom.Cli.Commands;

/// <summary>Joining a channel through a running peer.</summary>
internal static class JoinRequest
{
    /// <summary>Sends the request and gives its reply; warns, when the peer was not on the channel, that nothing can come.</summary>
    public static async Task<JsObject> SendAsync(ClientContext context, JsObject request)
    {
        var why = new JsObject { ["type"] = "why", ["channel"] = request["channel"]! };
        var before = await context.RequestAsync(why);
        var joined = await context.RequestAsync(request);
        if (before.GetBoolean("joined") != true && LacksOwner(before))
            Output.Warn(OwnerlessChannel.Hint(before.GetString("channel")!));
        return joined;
    }

    private static bool LacksOwner(JsObject why) =>
        why.GetArray("findings")?.OfType<JsObject>().Any(one => one.GetString("gate") == OwnerlessChannel.Gate) == true;
}
