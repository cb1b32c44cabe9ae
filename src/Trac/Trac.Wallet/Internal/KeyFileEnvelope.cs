using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Hyper.Crypto;
using Hyper.Encoding.Json;

namespace Trac.Wallet.Internal;

/// <summary>
/// The outer form of a key file: one line of JSON with a nonce, a salt and a secret box, in hexadecimal. The key of the
/// box is Argon2i 1.3 of the password. Source: trac-crypto-api 0.1.4, modules/data.js.
/// </summary>
internal sealed record KeyFileEnvelope(byte[] Nonce, byte[] Salt, byte[] Ciphertext)
{
    private const ulong Operations = 3;
    private const long MemoryBytes = 256L * 1024 * 1024;

    public static bool TryParse(ReadOnlySpan<byte> content, [NotNullWhen(true)] out KeyFileEnvelope? envelope)
    {
        envelope = null;
        var options = new JsJsonOptions { MaxBytes = KeyFile.MaxFileBytes, MaxDepth = 8 };
        if (!JsJson.TryParse(content, options, out var value, out _) || value is not JsObject file)
            return false;
        if (
            !Hex.TryRead(file.GetString("nonce"), out var nonce)
            || !Hex.TryRead(file.GetString("salt"), out var salt)
            || !Hex.TryRead(file.GetString("ciphertext"), out var ciphertext)
            || nonce.Length != SecretBox.NonceBytes
            || salt.Length != PasswordHash.SaltBytes
            || ciphertext.Length < SecretBox.OverheadBytes
        )
            return false;
        envelope = new KeyFileEnvelope(nonce, salt, ciphertext);
        return true;
    }

    /// <summary>The content of a new file: nonce and salt are drawn anew each time.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> password)
    {
        var envelope = new KeyFileEnvelope(
            RandomNumberGenerator.GetBytes(SecretBox.NonceBytes),
            RandomNumberGenerator.GetBytes(PasswordHash.SaltBytes),
            new byte[plain.Length + SecretBox.OverheadBytes]
        );
        Span<byte> key = stackalloc byte[SecretBox.KeyBytes];
        try
        {
            envelope.DeriveKey(password, key);
            SecretBox.Seal(plain, envelope.Nonce, key, envelope.Ciphertext);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
        return JsJson.StringifyToUtf8(
            new JsObject
            {
                ["nonce"] = Convert.ToHexStringLower(envelope.Nonce),
                ["salt"] = Convert.ToHexStringLower(envelope.Salt),
                ["ciphertext"] = Convert.ToHexStringLower(envelope.Ciphertext),
            }
        );
    }

    /// <summary>What is in the box, null if the password or the box is wrong. The caller zeroes it.</summary>
    public byte[]? Open(ReadOnlySpan<byte> password)
    {
        Span<byte> key = stackalloc byte[SecretBox.KeyBytes];
        try
        {
            DeriveKey(password, key);
            var plain = GC.AllocateArray<byte>(Ciphertext.Length - SecretBox.OverheadBytes, pinned: true);
            return SecretBox.TryOpen(Ciphertext, Nonce, key, plain) ? plain : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private void DeriveKey(ReadOnlySpan<byte> password, Span<byte> key) =>
        PasswordHash.Argon2i13(password, Salt, Operations, MemoryBytes, key);
}
