using System.Diagnostics;
using System.Globalization;

namespace Intercom.Node.Store;

/// <summary>
/// The right to use a store, held by one process until disposed. The operating system gives it back when the process
/// dies, however it dies. The process id stands beside the lock, in a file that others can read meanwhile.
/// </summary>
public sealed class PeerStoreLock : IDisposable
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>EWOULDBLOCK of Linux, and of macOS and the BSDs.</summary>
    private static readonly int[] _wouldBlock = [11, 35];

    /// <summary>Longer than a command takes that looks whether the store is in use.</summary>
    private static readonly TimeSpan _probePatience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _probePause = TimeSpan.FromMilliseconds(10);

    private readonly PeerStore _store;
    private readonly FileStream _file;
    private bool _isDisposed;

    private PeerStoreLock(PeerStore store, FileStream file)
    {
        _store = store;
        _file = file;
    }

    /// <summary>The process that uses <paramref name="store"/>, or null when none does or it cannot be told.</summary>
    public static int? FindOwner(PeerStore store)
    {
        if (!File.Exists(store.LockPath))
            return null;
        try
        {
            // A shared lock, so that those who look do not take each other for the owner.
            using var probe = new FileStream(store.LockPath, FileMode.Open, FileAccess.Read, FileShare.Read);
            return null;
        }
        catch (IOException error)
        {
            return IsHeld(error) ? ReadProcessId(store) : null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static async Task<PeerStoreLock> TakeAsync(PeerStore store, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(store.Directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotAccessible(store, error);
        }

        var file = await OpenAsync(store, cancellationToken);
        try
        {
            var id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            await File.WriteAllTextAsync(store.ProcessIdPath, id + "\n", cancellationToken);
            // What a crash left must not lead clients, and the token they present, to whoever has the port by now.
            BridgeFile.Delete(store);
            return new PeerStoreLock(store, file);
        }
        catch (OperationCanceledException)
        {
            await file.DisposeAsync();
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await file.DisposeAsync();
            throw NotAccessible(store, error);
        }
    }

    /// <summary>Gives the store back.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        try
        {
            File.Delete(_store.ProcessIdPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The lock says whether the store is in use; an id that stays behind says nothing without it.
        }
        finally
        {
            _file.Dispose();
        }
    }

    private static async Task<FileStream> OpenAsync(PeerStore store, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(store.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException error)
            {
                throw NotAccessible(store, error);
            }
            catch (IOException error) when (!IsHeld(error))
            {
                throw NotAccessible(store, error);
            }
            catch (IOException error)
            {
                if (Stopwatch.GetElapsedTime(started) > _probePatience)
                    throw InUse(store, error);
            }
            await Task.Delay(_probePause, cancellationToken);
        }
    }

    private static bool IsHeld(IOException error) =>
        error.HResult == WindowsSharingViolation || _wouldBlock.Contains(error.HResult);

    private static PeerStoreException InUse(PeerStore store, IOException error)
    {
        var owner = ReadProcessId(store) is { } id ? $"process {id}" : "another process";
        return new PeerStoreException(
            PeerStoreException.InUse,
            $"Store '{store.Directory}' is in use by {owner}: stop that peer, or choose another store with --name.",
            error
        );
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
