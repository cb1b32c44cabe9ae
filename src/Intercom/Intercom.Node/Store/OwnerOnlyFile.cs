namespace Intercom.Node.Store;

/// <summary>Writes small files that appear whole or not at all and that only the owner can read.</summary>
internal static class OwnerOnlyFile
{
    /// <exception cref="PeerStoreException">The file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            WriteCore(path, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PeerStoreException(
                PeerStoreException.NotAccessible,
                $"'{path}' cannot be written ({error.Message}): check the folder's owner and free space.",
                error
            );
        }
    }

    /// <summary>Removes the file; one that cannot be removed stays, as nothing depends on its absence.</summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Its content is only used while the store's lock is held, and is written anew or removed when it is taken.
        }
    }

    /// <summary>
    /// Opens a file to write at its end; others may read it meanwhile. What is written is not held back, so that closing
    /// it never fails for want of space.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static FileStream OpenToAppend(string path)
    {
        var options = OwnerOnly(FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        options.BufferSize = 0;
        return new FileStream(path, options);
    }

    private static void WriteCore(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var stream = new FileStream(temporary, OwnerOnly(FileMode.Create, FileAccess.Write, FileShare.None)))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(text);
            writer.Flush();
            // Whole or not at all also when the power goes.
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    internal static FileStreamOptions OwnerOnly(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Share = share,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
