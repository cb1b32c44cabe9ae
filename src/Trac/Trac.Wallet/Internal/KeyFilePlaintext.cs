using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Encoding.Json;

namespace Trac.Wallet.Internal;

/// <summary>
/// What a key file keeps secret: indented JSON. 1.x has publicKey, secretKey, mnemonic and derivationPath (the last two
/// may be null); 2.x adds addressPrefix, address and version, and leaves out mnemonic and path if there is none.
/// Source: trac-wallet 1.0.1, index.js; trac-wallet 2.1.0 (a57edf8), src/wallet.ts and src/exporter.ts.
/// </summary>
internal static class KeyFilePlaintext
{
    private const string FormatVersion = "1.0.0";

    /// <summary>The members of 2.x in its order; the caller zeroes the bytes.</summary>
    public static byte[] Write(Wallet wallet)
    {
        Span<byte> secretKey = stackalloc byte[KeyPair.SecretKeyBytes];
        wallet.KeyPair.ExportSecretKey(secretKey);
        var text = new StringBuilder(1024).Append("{\n");
        Append(text, "addressPrefix", wallet.Address.Prefix);
        Append(text, "publicKey", wallet.PublicKey.ToHex());
        Append(text, "secretKey", Convert.ToHexStringLower(secretKey));
        Append(text, "address", wallet.Address.Text);
        if (wallet.RevealMnemonic() is { } mnemonic)
        {
            Append(text, "mnemonic", mnemonic);
            Append(text, "derivationPath", wallet.DerivationPath?.Text);
        }
        text.Append(CultureInfo.InvariantCulture, $"  \"version\": {JsJson.Stringify(FormatVersion)}\n}}");
        CryptographicOperations.ZeroMemory(secretKey);
        return TextEncoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads either version.</summary>
    /// <param name="plain">The opened box.</param>
    /// <param name="prefix">The network to use, null for the file's own.</param>
    /// <param name="wallet">The wallet.</param>
    public static KeyFileFault Read(ReadOnlySpan<byte> plain, string? prefix, out Wallet? wallet)
    {
        wallet = null;
        if (!JsJson.TryParse(plain, out var value) || value is not JsObject keys)
            return KeyFileFault.NotJson;
        if (keys["version"] is { } version && (version as JsString)?.Value != FormatVersion)
            return KeyFileFault.UnknownVersion;
        prefix ??= keys.GetString("addressPrefix");
        if (prefix is not null && !Address.IsPrefix(prefix))
            return KeyFileFault.BadPrefix;
        if (
            !Hex.TryRead(keys.GetString("secretKey"), out var secretKey)
            || secretKey.Length != KeyPair.SecretKeyBytes
            || !Bytes32.TryParseHex(keys.GetString("publicKey"), out var publicKey)
        )
            return KeyFileFault.BadKey;
        try
        {
            if (!IsPair(secretKey, publicKey))
                return KeyFileFault.KeysDiffer;
            wallet =
                FindMnemonic(keys, publicKey, prefix)
                ?? Wallet.FromSecretKey(secretKey, prefix ?? Address.MainnetPrefix);
            return KeyFileFault.None;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secretKey);
        }
    }

    private static bool IsPair(ReadOnlySpan<byte> secretKey, in Bytes32 publicKey)
    {
        using var pair = KeyPair.FromSeed(secretKey[..KeyPair.SeedBytes]);
        return pair.PublicKey == publicKey && secretKey[KeyPair.SeedBytes..].SequenceEqual(publicKey.Span);
    }

    /// <summary>
    /// The wallet of the mnemonic, if it derives the key. A file of 1.x does not say for which network it was made, so
    /// without a prefix both are tried. A mnemonic that does not belong to the key is left where it is, in the file.
    /// </summary>
    private static Wallet? FindMnemonic(JsObject keys, in Bytes32 publicKey, string? prefix)
    {
        if (!Bip39.TryNormalize(keys.GetString("mnemonic"), out var mnemonic))
            return null;
        var path = DerivationPath.TryParse(keys.GetString("derivationPath"), out var stored) ? stored : null;
        foreach (var network in prefix is null ? [Address.MainnetPrefix, Address.TestnetPrefix] : new[] { prefix })
        {
            var wallet = Wallet.FromMnemonic(mnemonic, path, network);
            if (wallet.PublicKey == publicKey)
                return wallet;
            wallet.Dispose();
        }
        return null;
    }

    private static void Append(StringBuilder text, string name, string? value) =>
        text.Append(CultureInfo.InvariantCulture, $"  \"{name}\": {JsJson.Stringify(value)},\n");
}
