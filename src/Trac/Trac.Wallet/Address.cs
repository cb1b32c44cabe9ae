using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding;

namespace Trac.Wallet;

/// <summary>
/// A Trac address: a public key as Bech32m text under the prefix of its network, 63 characters for <c>trac</c>. In
/// operations an address is the ASCII bytes of the whole text, so there is one spelling: lower case.
/// Source: trac-crypto-api 0.1.4, modules/address.js.
/// </summary>
public sealed record Address
{
    /// <summary>The prefix of the main network.</summary>
    public const string MainnetPrefix = "trac";

    /// <summary>The prefix of the test network.</summary>
    public const string TestnetPrefix = "testtrac";

    /// <summary>The longest prefix.</summary>
    public const int MaxPrefixLength = 31;

    /// <summary>Characters behind the separator: 52 of the key, 6 of the checksum.</summary>
    private const int SuffixLength = 58;

    private static readonly SearchValues<char> _wordLetters = SearchValues.Create("qpzry9x8gf2tvdw0s3jn54khce6mua7l");

    private Address(string prefix, in Bytes32 publicKey, string text)
    {
        Prefix = prefix;
        PublicKey = publicKey;
        Text = text;
    }

    /// <summary>The network's prefix, letters a to z.</summary>
    public string Prefix { get; }

    /// <summary>The public key.</summary>
    public Bytes32 PublicKey { get; }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>The address of a public key.</summary>
    /// <exception cref="ArgumentException">The prefix is not 1 to 31 letters a to z.</exception>
    public static Address Of(in Bytes32 publicKey, string prefix = MainnetPrefix)
    {
        if (!IsPrefix(prefix))
            throw new ArgumentException($"A prefix has 1 to {MaxPrefixLength} letters a to z.", nameof(prefix));
        return new Address(prefix, publicKey, Bech32m.Encode(prefix, publicKey.Span));
    }

    /// <summary>Reads an address of any network. False if the checksum, the length or a character is wrong.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Address? address)
    {
        address = null;
        if (
            !Bech32m.TryDecode(text, out var prefix, out var data)
            || !IsPrefix(prefix)
            || data.Length != Bytes32.Length
        )
            return false;
        address = new Address(prefix, new Bytes32(data), text.ToString());
        return true;
    }

    /// <summary>
    /// Whether a text has the form of an address. The checksum is not looked at: this is the test JavaScript peers make
    /// (<c>isValid</c>), needed where the same texts must be let through. To know that an address is right, parse it.
    /// </summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        var separator = text.IndexOf('1');
        return separator >= 0
            && IsPrefix(text[..separator])
            && text.Length - separator - 1 == SuffixLength
            && text[(separator + 1)..].IndexOfAnyExcept(_wordLetters) < 0;
    }

    /// <summary>Whether a text can be a prefix: 1 to 31 letters a to z.</summary>
    public static bool IsPrefix(ReadOnlySpan<char> prefix) =>
        prefix.Length is >= 1 and <= MaxPrefixLength && !prefix.ContainsAnyExceptInRange('a', 'z');

    /// <summary>The whole text.</summary>
    public override string ToString() => Text;
}
