using System.Globalization;

namespace Intercom.Node.Store;

/// <summary>
/// The right to use a store, held by one process until disposed. The operating system gives it back when the process
/// dies, however it dies. The process id stands beside the lock, in a file that others can read meanwhile.
/// </summary>
public sealed class PeerStoreLock : IDisposable
{
    private readonly PeerStore _store;
    private readonly FileStream _file;
    private bool _isDisposed;

    private PeerStoreLock(PeerStore store, FileStream file)
    {
        _store = store;
        _file = file;
    }

    /// <summary>The process that uses <paramref name="store"/>, or null when none does.</summary>
    public static int? FindOwner(PeerStore store)
    {
        if (!File.Exists(store.LockPath))
            return null;
        try
        {
            using var probe = new FileStream(store.LockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return null;
        }
        catch (IOException)
        {
            return ReadProcessId(store);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static PeerStoreLock Take(PeerStore store)
    {
        try
        {
            Directory.CreateDirectory(store.Directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotAccessible(store, error);
        }

        FileStream file;
        try
        {
            file = new FileStream(store.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw NotAccessible(store, error);
        }
        catch (IOException error)
        {
            var owner = ReadProcessId(store) is { } id ? $"process {id}" : "another process";
            throw new PeerStoreException(
                PeerStoreException.InUse,
                $"Store '{store.Directory}' is in use by {owner}: stop that peer, or choose another store with --name.",
                error
            );
        }
        File.WriteAllText(store.ProcessIdPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        return new PeerStoreLock(store, file);
    }

    /// <summary>Gives the store back.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        File.Delete(_store.ProcessIdPath);
        _file.Dispose();
    }

    private static int? ReadProcessId(PeerStore store)
    {
        try
        {
            var text = File.ReadAllText(store.ProcessIdPath);
            return int.TryParse(text, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static PeerStoreException NotAccessible(PeerStore store, Exception error) =>
        new(
            PeerStoreException.NotAccessible,
            $"Store '{store.Directory}' cannot be written ({error.Message}): check the folder's owner and free space.",
            error
        );
}
