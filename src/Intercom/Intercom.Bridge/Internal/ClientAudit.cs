using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Internal;

/// <summary>Tells the audit what one client did. What a holder of the token of the options does is not told, but that it came.</summary>
internal sealed class ClientAudit(IBridgeAudit? audit, long client, TimeProvider time)
{
    /// <summary>Longer texts of a client are cut: they are the client's choice.</summary>
    private const int MaxChars = 256;

    private string? _credential;

    public ValueTask AuthenticatedAsync(string? credential)
    {
        _credential = credential;
        return RecordAsync(credential, "auth", channel: null, "auth_ok");
    }

    public ValueTask RefusedAsync() => RecordAsync(credential: null, "auth", channel: null, "Unauthorized.");

    public ValueTask RequestAsync(JsValue request, JsObject reply)
    {
        if (_credential is null || audit is null)
            return default;
        var channel = JsConvert.Get(request, "channel");
        return RecordAsync(
            _credential,
            JsConvert.ToText(JsConvert.Get(request, "type")),
            JsConvert.IsTruthy(channel) ? JsConvert.ToText(channel) : null,
            reply.GetString("error") ?? reply.GetString("type") ?? "",
            (long?)reply.GetNumber("peers")
        );
    }

    public ValueTask DisconnectedAsync(string how, long events) =>
        _credential is null ? default : RecordAsync(_credential, "disconnect", channel: null, how, events);

    private ValueTask RecordAsync(
        string? credential,
        string verb,
        string? channel,
        string outcome,
        long? count = null
    ) =>
        audit?.RecordAsync(
            new BridgeAuditEntry(
                time.GetUtcNow(),
                credential,
                client,
                Shorten(verb),
                channel is null ? null : Shorten(channel),
                Shorten(outcome),
                count
            )
        )
        ?? default;

    private static string Shorten(string text) => text.Length <= MaxChars ? text : text[..MaxChars];
}
