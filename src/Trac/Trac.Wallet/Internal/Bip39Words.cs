using System.Diagnostics;

namespace Trac.Wallet.Internal;

/// <summary>The English list of BIP-39: 2048 words, sorted, all told apart by their first four letters.</summary>
internal static class Bip39Words
{
    private const int Count = 2048;

    private static readonly string[] _words = Load();

    public static string At(int index) => _words[index];

    /// <summary>The position of a word in lower case, negative if it is not in the list.</summary>
    public static int IndexOf(string word) => Array.BinarySearch(_words, word, StringComparer.Ordinal);

    private static string[] Load()
    {
        using var resource =
            typeof(Bip39Words).Assembly.GetManifestResourceStream("Bip39English.txt")
            ?? throw new UnreachableException("The word list is part of this assembly.");
        using var reader = new StreamReader(resource);
        var words = new string[Count];
        for (var i = 0; i < Count; i++)
            words[i] = reader.ReadLine() ?? throw new UnreachableException("The word list has 2048 lines.");
        return words;
    }
}
