namespace Trac.Wallet;

public static partial class KeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads a key file. Decrypting runs on the thread pool; it cannot be cancelled once begun.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">The password, UTF-8; empty for none. Must not change until the task ends.</param>
    /// <param name="prefix">The network to use the key on; default the file's own, or <c>trac</c> if it names none.</param>
    /// <param name="cancellationToken">Gives up before decrypting.</param>
    /// <exception cref="WalletException">
    /// The file is missing, cannot be read, is damaged, or the password is wrong; see its code.
    /// </exception>
    public static async Task<Wallet> LoadAsync(
        string path,
        ReadOnlyMemory<byte> password = default,
        string? prefix = null,
        CancellationToken cancellationToken = default
    )
    {
        var content = await ReadAsync(path, cancellationToken);
        return await Task.Run(() => Decode(content, password.Span, prefix, Name(path)), cancellationToken);
    }

    /// <summary>
    /// Writes a key file that only its owner can read (mode 0600; on Windows the directory's rights apply). The file appears
    /// complete or not at all. Encrypting runs on the thread pool; it cannot be cancelled once begun.
    /// </summary>
    /// <param name="wallet">The wallet; must not be disposed of until the task ends.</param>
    /// <param name="path">The file; its directory is made if it is missing.</param>
    /// <param name="password">The password, UTF-8; empty for none. Must not change until the task ends.</param>
    /// <param name="overwrite">Whether to replace an existing file, whose key is then lost. Default: refuse.</param>
    /// <param name="cancellationToken">Gives up before encrypting.</param>
    /// <exception cref="WalletException">The file exists, or cannot be written; see its code.</exception>
    public static async Task SaveAsync(
        Wallet wallet,
        string path,
        ReadOnlyMemory<byte> password = default,
        bool overwrite = false,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(wallet);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!overwrite && File.Exists(path))
            throw Exists(path);
        var content = await Task.Run(() => Encode(wallet, password.Span), cancellationToken);
        // Beside the target, as only a rename within a file system is atomic.
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
                Directory.CreateDirectory(directory);
            await WriteAsync(temporary, content, cancellationToken);
            File.Move(temporary, path, overwrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw !overwrite && File.Exists(path) ? Exists(path) : Inaccessible(path, "written", error);
        }
        catch (OperationCanceledException)
        {
            DeleteQuietly(temporary);
            throw;
        }
    }

    /// <summary>
    /// Whether others than the owner can read or write the file. Always false on Windows, where that is not looked at.
    /// </summary>
    /// <exception cref="WalletException">The file is missing or cannot be looked at.</exception>
    public static bool IsOpenToOthers(string path)
    {
        if (OperatingSystem.IsWindows())
            return false;
        try
        {
            return (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(path, error);
        }
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            await using var file = File.OpenRead(path);
            if (file.Length > MaxFileBytes)
                throw Damaged(Name(path), $"has {file.Length} bytes, more than any key file");
            var content = new byte[file.Length];
            await file.ReadExactlyAsync(content, cancellationToken);
            return content;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(path, error);
        }
    }

    private static async Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(content, cancellationToken);
        file.Flush(flushToDisk: true);
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An encrypted file of another name is left behind; nothing depends on it.
        }
    }

    private static string Name(string path) => $"The key file {path}";

    private static WalletException Exists(string path) =>
        new(
            WalletErrorCodes.KeyFileExists,
            $"{Name(path)} exists and is not replaced. Choose another path, or move the file away first."
        );

    private static WalletException CannotRead(string path, Exception error) =>
        error is FileNotFoundException or DirectoryNotFoundException
            ? new WalletException(
                WalletErrorCodes.KeyFileNotFound,
                $"{Name(path)} does not exist. Check the path, or create a wallet.",
                error
            )
            : Inaccessible(path, "read", error);

    private static WalletException Inaccessible(string path, string verb, Exception error) =>
        new(
            WalletErrorCodes.KeyFileInaccessible,
            $"{Name(path)} could not be {verb}: {error.Message} Check the permissions and the space of its directory.",
            error
        );
}
