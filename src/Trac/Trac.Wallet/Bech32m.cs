using System.Diagnostics.CodeAnalysis;

namespace Trac.Wallet;

/// <summary>
/// Bech32m (BIP-350): bytes as lower-case text with a readable prefix and a checksum that finds any four wrong
/// characters.
/// </summary>
public static class Bech32m
{
    /// <summary>Beyond this length the checksum finds less; the format ends here.</summary>
    public const int MaxLength = 90;

    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const uint ChecksumConstant = 0x2bc830a3;
    private const int ChecksumLength = 6;
    private const char Separator = '1';
    private const int WordBits = 5;

    /// <summary>Encodes bytes under a prefix.</summary>
    /// <exception cref="ArgumentException">
    /// The prefix is empty or not of lower-case printable ASCII, or the text would pass <see cref="MaxLength"/>.
    /// </exception>
    public static string Encode(string prefix, ReadOnlySpan<byte> data)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        if (!IsPrefix(prefix))
            throw new ArgumentException("Needs lower-case printable ASCII.", nameof(prefix));
        var length = prefix.Length + 1 + (data.Length * 8 + WordBits - 1) / WordBits + ChecksumLength;
        if (length > MaxLength)
            throw new ArgumentException(
                $"The text would have {length} characters, more than {MaxLength}.",
                nameof(data)
            );

        Span<char> text = stackalloc char[MaxLength];
        prefix.CopyTo(text);
        text[prefix.Length] = Separator;
        var at = prefix.Length + 1;
        var checksum = StartChecksum(prefix);
        uint bits = 0;
        var bitCount = 0;
        foreach (var next in data)
        {
            bits = (bits << 8) | next;
            for (bitCount += 8; bitCount >= WordBits; bitCount -= WordBits)
                Append(text, ref at, ref checksum, (bits >> (bitCount - WordBits)) & 31);
        }
        if (bitCount > 0)
            Append(text, ref at, ref checksum, (bits << (WordBits - bitCount)) & 31);

        for (var i = 0; i < ChecksumLength; i++)
            checksum = Step(checksum);
        checksum ^= ChecksumConstant;
        for (var i = ChecksumLength - 1; i >= 0; i--)
            text[at++] = Alphabet[(int)(checksum >> (i * WordBits)) & 31];
        return new string(text[..at]);
    }

    /// <summary>
    /// Decodes a text in lower case; false for any other, also for upper case, which BIP-350 allows but which would give
    /// one address two spellings.
    /// </summary>
    public static bool TryDecode(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out string? prefix,
        [NotNullWhen(true)] out byte[]? data
    )
    {
        prefix = null;
        data = null;
        var separator = text.LastIndexOf(Separator);
        if (text.Length > MaxLength || separator < 1 || text.Length - separator - 1 < ChecksumLength)
            return false;
        if (!IsPrefix(text[..separator]) || !TryReadWords(text, separator, out var words))
            return false;
        prefix = text[..separator].ToString();
        data = words;
        return true;
    }

    private static bool TryReadWords(ReadOnlySpan<char> text, int separator, [NotNullWhen(true)] out byte[]? data)
    {
        data = null;
        var words = text[(separator + 1)..];
        var checksum = StartChecksum(text[..separator]);
        var bytes = new byte[(words.Length - ChecksumLength) * WordBits / 8];
        uint bits = 0;
        var bitCount = 0;
        var at = 0;
        for (var i = 0; i < words.Length; i++)
        {
            var word = Alphabet.IndexOf(words[i], StringComparison.Ordinal);
            if (word < 0)
                return false;
            checksum = Step(checksum) ^ (uint)word;
            if (i >= words.Length - ChecksumLength)
                continue;
            bits = (bits << WordBits) | (uint)word;
            bitCount += WordBits;
            if (bitCount < 8)
                continue;
            bitCount -= 8;
            bytes[at++] = (byte)(bits >> bitCount);
        }
        // What is left over pads the last byte: less than a word, and zero.
        if (checksum != ChecksumConstant || bitCount >= WordBits || (bits & ((1u << bitCount) - 1)) != 0)
            return false;
        data = bytes;
        return true;
    }

    private static bool IsPrefix(ReadOnlySpan<char> prefix)
    {
        foreach (var letter in prefix)
            if (letter is < '!' or > '~' || char.IsAsciiLetterUpper(letter))
                return false;
        return true;
    }

    private static void Append(Span<char> text, ref int at, ref uint checksum, uint word)
    {
        text[at++] = Alphabet[(int)word];
        checksum = Step(checksum) ^ word;
    }

    private static uint StartChecksum(ReadOnlySpan<char> prefix)
    {
        uint checksum = 1;
        foreach (var letter in prefix)
            checksum = Step(checksum) ^ ((uint)letter >> WordBits);
        checksum = Step(checksum);
        foreach (var letter in prefix)
            checksum = Step(checksum) ^ ((uint)letter & 31);
        return checksum;
    }

    private static uint Step(uint checksum)
    {
        ReadOnlySpan<uint> generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
        var top = checksum >> 25;
        checksum = (checksum & 0x1ffffff) << WordBits;
        for (var i = 0; i < generators.Length; i++)
            if (((top >> i) & 1) != 0)
                checksum ^= generators[i];
        return checksum;
    }
}
