namespace Trac.Wallet.Internal;

/// <summary>What is wrong with the opened content of a key file.</summary>
internal enum KeyFileFault
{
    None,
    NotJson,
    UnknownVersion,
    BadPrefix,
    BadKey,
    KeysDiffer,
}
