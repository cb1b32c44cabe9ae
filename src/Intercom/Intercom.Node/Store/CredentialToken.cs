using System.Security.Cryptography;

namespace Intercom.Node.Store;

/// <summary>Tokens of credentials: <c>ict_</c>, by which searches for leaked secrets know them, and 32 random bytes.</summary>
public static class CredentialToken
{
    private const string Prefix = "ict_";
    private const int Bytes = 32;
    private const int IdBytes = 4;

    /// <summary>A new token. It is told once, to whoever made it, and kept nowhere.</summary>
    public static string Generate() => Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>A new id for a credential whose maker gave none.</summary>
    public static string GenerateId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
}
