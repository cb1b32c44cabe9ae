using System.Security.Cryptography;

namespace Intercom.Node.Store;

/// <summary>
/// The credential of a peer's bridge. A generated one is 32 random bytes in hexadecimal and is kept from run to run,
/// so that an agent's configuration stays good; one that the user chose is kept only while the peer runs.
/// </summary>
public static class BridgeToken
{
    private const int GeneratedBytes = 32;

    /// <summary>Reads the token of a running peer; null when there is none to be read.</summary>
    public static string? TryRead(PeerStore store)
    {
        try
        {
            return File.ReadAllText(store.BridgeTokenPath).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The token to run with, written to the store: the chosen one, the one generated before, or a new one.</summary>
    public static string Prepare(PeerStore store, string? chosen)
    {
        var kept = TryRead(store);
        var token = chosen ?? (IsGenerated(kept) ? kept! : Generate());
        if (token != kept)
            OwnerOnlyFile.Write(store.BridgeTokenPath, token + "\n");
        return token;
    }

    /// <summary>Removes a token that the user chose; a generated one stays.</summary>
    public static void Release(PeerStore store, string token)
    {
        if (!IsGenerated(token))
            OwnerOnlyFile.Delete(store.BridgeTokenPath);
    }

    private static bool IsGenerated(string? token) =>
        token?.Length == GeneratedBytes * 2 && token.All(char.IsAsciiHexDigitLower);

    private static string Generate() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(GeneratedBytes));
}
