using Hyper.Encoding.Json;
using Intercom.Node.Terminal;

namespace Intercom.Cli.Settings;

/// <summary>Signed welcomes from the settings, in any form that <see cref="CredentialArgument"/> reads.</summary>
internal static class WelcomeReader
{
    public static async Task<IReadOnlyDictionary<string, JsValue>> ReadAsync(
        IReadOnlyDictionary<string, string> byChannel
    )
    {
        Dictionary<string, JsValue> welcomes = [];
        foreach (var (channel, text) in byChannel)
            welcomes.Add(channel, await ReadAsync(channel, text));
        return welcomes;
    }

    private static async Task<JsValue> ReadAsync(string channel, string text)
    {
        var (welcome, reason) = await CredentialArgument.ReadAsync(text);
        if (welcome is null)
            throw Unusable(channel, reason);
        if (
            (welcome as JsObject)?.GetObject("payload")?.GetString("channel") is { } madeFor
            && madeFor.Trim() != channel
        )
            throw Unusable(channel, $"it was made for channel '{madeFor}' (a colon divides channel and welcome)");
        return welcome;
    }

    private static CommandException Unusable(string channel, string reason) =>
        new(ExitCode.Usage, $"{SettingCatalog.Welcome.Option}: the welcome of '{channel}' cannot be used: {reason}");
}
