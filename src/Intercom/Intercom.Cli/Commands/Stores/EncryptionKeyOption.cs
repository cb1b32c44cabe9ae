using System.CommandLine;
using System.Security.Cryptography;
using Hyper.Core;
using Hyper.Encoding;

namespace Intercom.Cli.Commands.Stores;

/// <summary>
/// The key that the blocks of a core are encrypted with: in a file or in the environment, never on the command line, where
/// every user of the machine sees it. It is never printed.
/// </summary>
internal static class EncryptionKeyOption
{
    /// <summary>Environment variable that holds the key itself.</summary>
    public const string Variable = "INTERCOM_ENCRYPTION_KEY";

    private const string Allowed = "64 hexadecimal digits or 52 letters";
    private const int MaxFileBytes = 4096;

    public static Option<string?> Option { get; } =
        new("--encryption-key")
        {
            Description =
                $"The blocks are encrypted: file that holds the key, {Allowed} or 32 bytes; or the key in the "
                + $"environment [{Variable}].",
            HelpName = "file",
        };

    /// <summary>The key that the line, or behind it the environment, says; null without one.</summary>
    /// <exception cref="CommandException">There is something that is no key.</exception>
    public static BlockEncryption? Read(ParseResult line)
    {
        if (!line.CommandResult.Command.Options.Contains(Option))
            return null;
        if (line.GetValue(Option) is { } path)
            return ReadFile(path);
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text)
            return null;
        return CoreId.TryDecode(text.Trim(), out var key)
            ? new BlockEncryption(key)
            : throw new CommandException(ExitCode.Usage, $"{Variable} holds no key; allowed is {Allowed}.");
    }

    private static BlockEncryption ReadFile(string path)
    {
        if (!File.Exists(path))
            throw new CommandException(
                ExitCode.Usage,
                CoreId.TryDecode(path, out _)
                    ? $"{Option.Name} takes a file: a key on the command line is seen by every user of this machine."
                    : $"{Option.Name}: there is no file '{path}'."
            );
        var bytes = Load(path);
        try
        {
            if (bytes.Length == Bytes32.Length)
                return new BlockEncryption(new Bytes32(bytes));
            return CoreId.TryDecode(TextEncoding.UTF8.GetString(bytes).Trim(), out var key)
                ? new BlockEncryption(key)
                : throw new CommandException(
                    ExitCode.Usage,
                    $"{Option.Name}: '{path}' holds no key; allowed is {Allowed}, or 32 bytes."
                );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static byte[] Load(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxFileBytes
                ? File.ReadAllBytes(path)
                : throw new CommandException(ExitCode.Usage, $"{Option.Name}: '{path}' is too large to be a key.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"{Option.Name}: {error.Message}");
        }
    }
}
