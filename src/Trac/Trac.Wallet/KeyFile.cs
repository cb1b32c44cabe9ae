using System.Security.Cryptography;
using Hyper.Crypto;
using Trac.Wallet.Internal;

namespace Trac.Wallet;

/// <summary>
/// The encrypted file of a wallet, <c>keypair.json</c>: reads those of trac-wallet 1.x and 2.x, writes the form of 2.x,
/// which 1.x reads too. The file is encrypted under a password; with the empty one, which Intercom's JavaScript peers
/// use, it is as secret as the permissions of the file.
/// Reading and writing take half a second and 256 MiB, set by the format; the asynchronous forms do that on the thread pool.
/// See docs/protocol/wallet.md.
/// </summary>
public static partial class KeyFile
{
    /// <summary>The largest file that is read. A real one has about 1300 bytes.</summary>
    public const int MaxFileBytes = 64 * 1024;

    /// <summary>The content of a key file.</summary>
    public static byte[] Encode(Wallet wallet, ReadOnlySpan<byte> password)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        var plain = KeyFilePlaintext.Write(wallet);
        try
        {
            return KeyFileEnvelope.Seal(plain, password);
        }
        catch (CryptographicException error)
        {
            throw NoMemory("The key file", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>The wallet in the content of a key file.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="password">The password, UTF-8; empty for none.</param>
    /// <param name="prefix">The network to use the key on; default the file's own, or <c>trac</c> if it names none.</param>
    /// <exception cref="WalletException">The content is damaged or the password is wrong.</exception>
    public static Wallet Decode(ReadOnlySpan<byte> content, ReadOnlySpan<byte> password, string? prefix = null) =>
        Decode(content, password, prefix, "The key file");

    private static Wallet Decode(
        ReadOnlySpan<byte> content,
        ReadOnlySpan<byte> password,
        string? prefix,
        string subject
    )
    {
        if (prefix is not null && !Address.IsPrefix(prefix))
            throw new ArgumentException("A prefix has 1 to 31 letters a to z.", nameof(prefix));
        if (!KeyFileEnvelope.TryParse(content, out var envelope))
            throw Damaged(subject, "is not the JSON of nonce, salt and ciphertext that a key file has");
        byte[]? plain;
        try
        {
            plain = envelope.Open(password);
        }
        catch (CryptographicException error)
        {
            throw NoMemory(subject, error);
        }
        if (plain is null)
            throw new WalletException(
                WalletErrorCodes.KeyFileWrongPassword,
                $"{subject} does not open: the password is wrong, or the file was changed. Try again, or restore a backup."
            );
        try
        {
            var fault = KeyFilePlaintext.Read(plain, prefix, out var wallet);
            return wallet ?? throw Faulty(subject, fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static WalletException Faulty(string subject, KeyFileFault fault) =>
        fault switch
        {
            KeyFileFault.UnknownVersion => new WalletException(
                WalletErrorCodes.KeyFileUnsupported,
                $"{subject} has a later format than this program knows. Update the program."
            ),
            KeyFileFault.BadPrefix => Damaged(subject, "names an address prefix that is not 1 to 31 letters a to z"),
            KeyFileFault.BadKey => Damaged(
                subject,
                "holds a public or secret key that is not hexadecimal of its length"
            ),
            KeyFileFault.KeysDiffer => Damaged(subject, "holds a public key that does not belong to its secret key"),
            _ => Damaged(subject, "was opened, but does not hold the JSON of a key pair"),
        };

    private static WalletException Damaged(string subject, string fault) =>
        new(
            WalletErrorCodes.KeyFileDamaged,
            $"{subject} {fault}. Restore it from a backup, or make it again from the mnemonic."
        );

    private static WalletException NoMemory(string subject, Exception error) =>
        new(
            WalletErrorCodes.KeyFileNoMemory,
            $"{subject} needs 256 MiB of free memory to open or write, which could not be had. Free some and try again.",
            error
        );
}
