using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding.Json;

namespace Intercom.Node.Store;

/// <summary>Where the bridge of a running peer is found: the content of <c>bridge.json</c>.</summary>
/// <param name="Url">WebSocket address, such as <c>ws://127.0.0.1:49222</c>.</param>
/// <param name="ProcessId">The peer's process.</param>
/// <param name="PublicKey">The peer's public key in hexadecimal.</param>
public sealed record BridgeFile(string Url, int ProcessId, string PublicKey)
{
    private const int HashChars = 64;

    /// <summary>SHA-256 of the certificate of a bridge with TLS, hexadecimal; null without.</summary>
    public string? CertificateHash { get; init; }

    /// <summary>Writes the file, readable by the owner alone.</summary>
    public void Write(PeerStore store)
    {
        var json = new JsObject();
        json.Set("url", Url);
        json.Set("pid", ProcessId);
        json.Set("peer", PublicKey);
        if (CertificateHash is not null)
            json.Set("certificate", CertificateHash);
        OwnerOnlyFile.Write(store.BridgeFilePath, JsJson.Stringify(json) + "\n");
    }

    /// <summary>Removes the file if it is there.</summary>
    public static void Delete(PeerStore store) => OwnerOnlyFile.Delete(store.BridgeFilePath);

    /// <summary>Reads the file; false when there is none or it is damaged.</summary>
    public static bool TryRead(PeerStore store, [NotNullWhen(true)] out BridgeFile? file)
    {
        file = null;
        try
        {
            if (!JsJson.TryParse(File.ReadAllBytes(store.BridgeFilePath), out var value) || value is not JsObject json)
                return false;
            if (json.GetString("url") is not { } url || json.GetString("peer") is not { } publicKey)
                return false;
            var hash = json.GetString("certificate");
            if (!IsSafe(url, hash))
                return false;
            file = new BridgeFile(url, (int)(json.GetNumber("pid") ?? 0), publicKey) { CertificateHash = hash };
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The token is sent there, so it must be this machine, or whoever has this certificate's key.</summary>
    private static bool IsSafe(string url, string? certificateHash) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (certificateHash is null ? address.Scheme == "ws" && address.IsLoopback : address.Scheme == "wss")
        && certificateHash is null or { Length: HashChars };
}
