using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Trac.Wallet.Internal;

namespace Trac.Wallet;

/// <summary>
/// BIP-39 mnemonics of 12 or 24 English words. The list is ASCII, so the normalisation (NFKD) that BIP-39 asks for changes
/// nothing in a valid mnemonic; a passphrase is taken as it is.
/// Source: BIP-39; trac-crypto-api 0.1.4, modules/mnemonic.js; bip39-mnemonic 2.5.0.
/// </summary>
public static class Bip39
{
    /// <summary>Size in bytes of the seed of a mnemonic.</summary>
    public const int SeedBytes = 64;

    private const int WordBits = 11;
    private const int Iterations = 2048;

    /// <summary>A new mnemonic from the operating system's randomness.</summary>
    /// <param name="words">12 or 24.</param>
    public static string Generate(int words = 24)
    {
        if (words is not (12 or 24))
            throw new ArgumentOutOfRangeException(nameof(words), words, "A mnemonic has 12 or 24 words.");
        Span<byte> entropy = stackalloc byte[words / 3 * 4];
        RandomNumberGenerator.Fill(entropy);
        var mnemonic = FromEntropy(entropy);
        CryptographicOperations.ZeroMemory(entropy);
        return mnemonic;
    }

    /// <summary>The mnemonic of 16 or 32 bytes of entropy.</summary>
    /// <exception cref="ArgumentException">The entropy has another length.</exception>
    public static string FromEntropy(ReadOnlySpan<byte> entropy)
    {
        if (entropy.Length is not (16 or 32))
            throw new ArgumentException($"Entropy has 16 or 32 bytes, got {entropy.Length}.", nameof(entropy));
        Span<byte> bits = stackalloc byte[33];
        entropy.CopyTo(bits);
        bits[entropy.Length] = Checksum(entropy);
        var words = new string[entropy.Length / 4 * 3];
        for (var i = 0; i < words.Length; i++)
            words[i] = Bip39Words.At(ReadIndex(bits, i));
        CryptographicOperations.ZeroMemory(bits);
        return string.Join(' ', words);
    }

    /// <summary>Whether a text is a mnemonic, as <see cref="TryNormalize(string?, out string?)"/> reads it.</summary>
    public static bool IsValid([NotNullWhen(true)] string? text) => TryNormalize(text, out _);

    /// <summary>Brings a mnemonic into the form that is stored and derived from.</summary>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? mnemonic) =>
        TryNormalize(text, out mnemonic, out _, out _);

    /// <summary>
    /// Brings a mnemonic into the form that is stored and derived from: lower case, one space between words. Any other
    /// white space around and between words is taken.
    /// </summary>
    /// <param name="text">What a person typed.</param>
    /// <param name="mnemonic">The normal form.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="position">For an unknown word its number, from 1; for a wrong count the number of words; else 0.</param>
    public static bool TryNormalize(
        string? text,
        [NotNullWhen(true)] out string? mnemonic,
        out MnemonicError error,
        out int position
    )
    {
        mnemonic = null;
        position = 0;
        var words = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (12 or 24))
        {
            error = MnemonicError.WordCount;
            position = words.Length;
            return false;
        }
        Span<byte> bits = stackalloc byte[33];
        bits.Clear();
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = words[i].ToLowerInvariant();
            var index = Bip39Words.IndexOf(words[i]);
            if (index < 0)
            {
                error = MnemonicError.UnknownWord;
                position = i + 1;
                return false;
            }
            WriteIndex(bits, i, index);
        }
        var entropy = bits[..(words.Length / 3 * 4)];
        var isRight = bits[entropy.Length] == Checksum(entropy);
        CryptographicOperations.ZeroMemory(bits);
        error = isRight ? MnemonicError.None : MnemonicError.Checksum;
        mnemonic = isRight ? string.Join(' ', words) : null;
        return isRight;
    }

    /// <summary>Writes the 64-byte seed of a mnemonic (PBKDF2-HMAC-SHA512, 2048 rounds).</summary>
    /// <exception cref="WalletException">The text is no mnemonic.</exception>
    /// <exception cref="ArgumentException"><paramref name="seed"/> is shorter than 64 bytes.</exception>
    public static void ToSeed(string mnemonic, Span<byte> seed, string passphrase = "")
    {
        if (seed.Length < SeedBytes)
            throw new ArgumentException($"A seed has {SeedBytes} bytes, got {seed.Length}.", nameof(seed));
        if (!TryNormalize(mnemonic, out var normal, out var error, out var position))
            throw WalletException.ForMnemonic(error, position);
        var password = TextEncoding.UTF8.GetBytes(normal);
        var salt = TextEncoding.UTF8.GetBytes("mnemonic" + passphrase);
        Rfc2898DeriveBytes.Pbkdf2(password, salt, seed[..SeedBytes], Iterations, HashAlgorithmName.SHA512);
        CryptographicOperations.ZeroMemory(password);
        CryptographicOperations.ZeroMemory(salt);
    }

    /// <summary>The byte behind the entropy: one bit for each four bytes, from the top; the rest is zero.</summary>
    private static byte Checksum(ReadOnlySpan<byte> entropy)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(entropy, hash);
        return (byte)(hash[0] & ~(0xff >> (entropy.Length / 4)));
    }

    private static int ReadIndex(ReadOnlySpan<byte> bits, int word)
    {
        var index = 0;
        for (var bit = word * WordBits; bit < (word + 1) * WordBits; bit++)
            index = (index << 1) | ((bits[bit >> 3] >> (7 - (bit & 7))) & 1);
        return index;
    }

    private static void WriteIndex(Span<byte> bits, int word, int index)
    {
        for (var i = 0; i < WordBits; i++)
        {
            var bit = word * WordBits + i;
            bits[bit >> 3] |= (byte)(((index >> (WordBits - 1 - i)) & 1) << (7 - (bit & 7)));
        }
    }
}
