using Hyper.Encoding.Json;
using Intercom.Bridge;

namespace Intercom.Node.Store;

/// <summary>
/// One credential in <c>bridge.credentials.json</c>: <c>id</c>, <c>hash</c> (SHA-256 of the token, hexadecimal),
/// <c>scopes</c>, and where they apply <c>readChannels</c>, <c>sendChannels</c>, <c>expiresAt</c> and <c>createdAt</c> in
/// milliseconds since 1970.
/// </summary>
internal static class CredentialJson
{
    private const int HashBytes = 32;

    public static JsObject Write(StoredCredential stored)
    {
        var credential = stored.Credential;
        var json = new JsObject
        {
            ["id"] = credential.Id,
            ["hash"] = Convert.ToHexStringLower(credential.TokenHash.Span),
            ["scopes"] = ToArray(CredentialScopes.ToNames(credential.Scopes)),
        };
        if (credential.ReadChannels is { } read)
            json["readChannels"] = ToArray(read);
        if (credential.SendChannels is { } send)
            json["sendChannels"] = ToArray(send);
        if (credential.ExpiresAt is { } expires)
            json["expiresAt"] = expires.ToUnixTimeMilliseconds();
        if (stored.CreatedAt is { } created)
            json["createdAt"] = created.ToUnixTimeMilliseconds();
        return json;
    }

    /// <summary>
    /// Reads one; null when something in it is not as it has to be. What is restricted in a way that is not understood
    /// must not be taken for unrestricted.
    /// </summary>
    public static StoredCredential? TryRead(JsValue value)
    {
        if (value is not JsObject json || json.GetString("id") is not { Length: > 0 } id)
            return null;
        var hash = new byte[HashBytes];
        if (
            json.GetString("hash") is not { Length: 2 * HashBytes } hex
            || Convert.FromHexString(hex, hash, out _, out _) != System.Buffers.OperationStatus.Done
            || !TryReadTexts(json, "scopes", out var scopes)
            || scopes is null
            || !TryReadTexts(json, "readChannels", out var read)
            || !TryReadTexts(json, "sendChannels", out var send)
            || !TryReadTime(json, "expiresAt", out var expires)
            || !TryReadTime(json, "createdAt", out var created)
        )
            return null;
        var credential = new BridgeCredential
        {
            Id = id,
            TokenHash = hash,
            Scopes = scopes.Aggregate(BridgeScopes.None, (all, name) => all | CredentialScopes.Parse(name)),
            ReadChannels = read,
            SendChannels = send,
            ExpiresAt = expires,
        };
        return new StoredCredential(credential, created);
    }

    private static bool TryReadTexts(JsObject json, string key, out IReadOnlyList<string>? texts)
    {
        texts = null;
        if (!json.TryGet(key, out var value))
            return true;
        if (value is not JsArray array || array.Any(item => item is not JsString))
            return false;
        texts = [.. array.Select(item => ((JsString)item).Value)];
        return true;
    }

    private static bool TryReadTime(JsObject json, string key, out DateTimeOffset? time)
    {
        time = null;
        if (!json.TryGet(key, out var value))
            return true;
        var last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        if (value is not JsNumber number || !number.TryGetInteger(out var milliseconds) || milliseconds < 0)
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, last));
        return true;
    }

    private static JsArray ToArray(IEnumerable<string> texts)
    {
        var array = new JsArray();
        foreach (var text in texts)
            array.Add(text);
        return array;
    }
}
