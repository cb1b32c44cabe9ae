namespace Trac.Wallet;

/// <summary>A wallet or its file could not be used. The message is one line and says what to do; it holds no secret.</summary>
public sealed class WalletException : Exception
{
    internal WalletException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>One of <see cref="WalletErrorCodes"/>.</summary>
    public string Code { get; }

    internal static WalletException ForMnemonic(MnemonicError error, int position) =>
        new(
            WalletErrorCodes.MnemonicInvalid,
            error switch
            {
                MnemonicError.WordCount => $"A mnemonic has 12 or 24 words, this text has {position}.",
                MnemonicError.UnknownWord =>
                    $"Word {position} of the mnemonic is not in the English BIP-39 list; check its spelling.",
                _ => "The words of the mnemonic do not belong together; check that each is right and in its place.",
            }
        );
}
