using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Cli.Settings;

/// <summary>Signed welcomes from the command line: JSON, base64 of JSON, <c>b64:…</c>, or <c>@file</c> with any of them.</summary>
internal static class WelcomeReader
{
    public static IReadOnlyDictionary<string, JsValue> Read(IReadOnlyDictionary<string, string> byChannel)
    {
        Dictionary<string, JsValue> welcomes = [];
        foreach (var (channel, text) in byChannel)
            welcomes.Add(channel, Read(channel, text));
        return welcomes;
    }

    private static JsValue Read(string channel, string text)
    {
        if (text.StartsWith('@'))
            text = ReadFile(channel, text[1..]);
        if (text.Length == 0)
            throw Unusable(channel, "it is empty");
        if (text.StartsWith("b64:", StringComparison.Ordinal))
            text = text[4..];
        var welcome = CredentialText.TryParse(text) ?? throw Unusable(channel, "it is neither JSON nor base64 of JSON");
        if (welcome is JsObject { } signed && (signed["payload"] as JsObject)?.GetString("channel") is { } made)
        {
            if (made.Trim() != channel)
                throw Unusable(channel, $"it was made for channel '{made}' (a colon divides channel and welcome)");
        }
        return welcome;
    }

    private static string ReadFile(string channel, string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(channel, error.Message);
        }
    }

    private static CommandException Unusable(string channel, string reason) =>
        new(ExitCode.Usage, $"{SettingCatalog.Welcome.Option}: the welcome of '{channel}' cannot be used: {reason}");
}
