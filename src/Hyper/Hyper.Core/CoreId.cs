using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// Keys of cores as people pass them on: 52 letters of z-base-32, as JavaScript apps print them, or 64 hexadecimal digits.
/// Source: hypercore-id-encoding 1.3.0, z32 1.1.0.
/// </summary>
public static class CoreId
{
    /// <summary>Letters of an id.</summary>
    public const int Letters = 52;

    private const string Alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
    private const string Link = "pear://";
    private const int BitsPerLetter = 5;

    /// <summary>A key in 52 letters.</summary>
    public static string Encode(in Bytes32 key) =>
        string.Create(
            Letters,
            key,
            static (letters, key) =>
            {
                var (bits, held, next) = (0, 0, 0);
                for (var i = 0; i < letters.Length; i++)
                {
                    if (held < BitsPerLetter)
                    {
                        // Behind the last byte come zeros.
                        bits = (bits << 8) | (next < Bytes32.Length ? key.Span[next] : 0);
                        (held, next) = (held + 8, next + 1);
                    }
                    held -= BitsPerLetter;
                    letters[i] = Alphabet[(bits >> held) & 31];
                }
            }
        );

    /// <summary>
    /// Reads a key from its letters, its digits, or a <c>pear://</c> link that begins with one of them. As in JavaScript the
    /// last four bits of 52 letters do not count.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out Bytes32 key)
    {
        key = default;
        if (text.StartsWith(Link, StringComparison.Ordinal))
        {
            text = text[Link.Length..];
            text = text.IndexOf('/') is >= 0 and var end ? text[..end] : text;
        }
        return text.Length == Letters ? TryDecodeLetters(text, out key) : Bytes32.TryParseHex(text, out key);
    }

    private static bool TryDecodeLetters(ReadOnlySpan<char> letters, out Bytes32 key)
    {
        key = default;
        var (bits, held, next) = (0, 0, 0);
        foreach (var letter in letters)
        {
            var value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
                return false;
            bits = (bits << BitsPerLetter) | value;
            held += BitsPerLetter;
            if (held < 8)
                continue;
            held -= 8;
            key.MutableSpan[next++] = (byte)(bits >> held);
        }
        return true;
    }
}
