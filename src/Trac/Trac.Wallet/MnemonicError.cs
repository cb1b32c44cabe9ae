namespace Trac.Wallet;

/// <summary>Why a text is no mnemonic.</summary>
public enum MnemonicError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>There are not 12 or 24 words.</summary>
    WordCount,

    /// <summary>A word is not in the English list.</summary>
    UnknownWord,

    /// <summary>All words are in the list, but they do not belong together: one is wrong or in the wrong place.</summary>
    Checksum,
}
