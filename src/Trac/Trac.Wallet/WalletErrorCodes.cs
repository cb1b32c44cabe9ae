namespace Trac.Wallet;

/// <summary>The stable values of <see cref="WalletException.Code"/>.</summary>
public static class WalletErrorCodes
{
    /// <summary>The text is no mnemonic.</summary>
    public const string MnemonicInvalid = "MNEMONIC_INVALID";

    /// <summary>There is no key file at the path.</summary>
    public const string KeyFileNotFound = "KEYFILE_NOT_FOUND";

    /// <summary>A file exists where a key file should be written.</summary>
    public const string KeyFileExists = "KEYFILE_EXISTS";

    /// <summary>The operating system refused to read or write.</summary>
    public const string KeyFileInaccessible = "KEYFILE_INACCESSIBLE";

    /// <summary>The file is no key file, or it was cut or changed outside its encrypted part.</summary>
    public const string KeyFileDamaged = "KEYFILE_DAMAGED";

    /// <summary>The file was written by a later version of its format.</summary>
    public const string KeyFileUnsupported = "KEYFILE_UNSUPPORTED";

    /// <summary>The password is wrong, or the encrypted part was changed: the two cannot be told apart.</summary>
    public const string KeyFileWrongPassword = "KEYFILE_WRONG_PASSWORD";

    /// <summary>The memory to derive the key of the file could not be had.</summary>
    public const string KeyFileNoMemory = "KEYFILE_NO_MEMORY";
}
