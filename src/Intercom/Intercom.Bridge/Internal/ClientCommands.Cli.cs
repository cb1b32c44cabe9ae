using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Internal;

/// <summary>Commands of the terminal.</summary>
internal sealed partial class ClientCommands
{
    private async Task<JsObject> CliAsync(JsValue request)
    {
        if (options.Terminal is not { } terminal)
            return BridgeJson.Error("CLI over WS is disabled.");
        var command = JsConvert.Get(request, "command") is JsString text ? JsConvert.Trim(text.Value) : "";
        if (command.Length == 0)
            return BridgeJson.Error("Missing command.");
        var result = await terminal.RunAsync(command, isOwner: session.Credential is null);
        var reply = new JsObject
        {
            ["type"] = "cli_result",
            ["command"] = command,
            ["ok"] = result.Error is null,
            ["output"] = ToArray(result.Output),
            ["error"] = result.Error,
        };
        if (result.Error is not null)
            reply["result"] = JsValue.Null;
        return reply;
    }
}
