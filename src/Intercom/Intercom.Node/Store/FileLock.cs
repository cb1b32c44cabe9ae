using System.Diagnostics;

namespace Intercom.Node.Store;

/// <summary>Keeps other processes from changing a file meanwhile, by a file beside it that one process has open.</summary>
internal static class FileLock
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits for its turn, for a short while; disposing the result gives it up.</summary>
    /// <exception cref="PeerStoreException">The file cannot be opened, or another process does not let go of it.</exception>
    public static async Task<IDisposable> TakeAsync(string path, CancellationToken cancellationToken)
    {
        var options = OwnerOnlyFile.OwnerOnly(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return new FileStream(path, options);
            }
            catch (Exception error)
                when (error is UnauthorizedAccessException
                    || (error is IOException && Stopwatch.GetElapsedTime(started) > _patience)
                )
            {
                throw new PeerStoreException(
                    PeerStoreException.NotAccessible,
                    $"'{path}' cannot be taken ({error.Message}): check its owner, and whether another command hangs.",
                    error
                );
            }
            catch (IOException)
            {
                await Task.Delay(_pause, cancellationToken);
            }
        }
    }
}
