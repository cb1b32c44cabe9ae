using Hyper.Core.Internal;
using Hyper.Loop;

namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    private const string DeviceFileName = "CORESTORE";
    private const string DatabaseFolder = "db";

    /// <summary>
    /// Opens the store in a folder, or makes it. It can be one that JavaScript made, and JavaScript can open it afterwards; not
    /// at the same time.
    /// </summary>
    /// <exception cref="HypercoreException">
    /// STORAGE_LOCKED: in use by a process. STORAGE_CONFLICT: a copy of a store. STORAGE_EMPTY: there is none, and none was to
    /// be made. STORAGE_CORRUPT: damaged, or of a format that is not supported.
    /// </exception>
    public static async Task<CorestoreStorage> OpenAsync(
        EventLoop loop,
        string path,
        CorestoreStorageOptions? options = null
    )
    {
        loop.VerifyAccess();
        options ??= new CorestoreStorageOptions();
        var (device, values) = await loop.OffloadAsync(() => OpenFiles(path, options));
        var storage = new CorestoreStorage(loop, values, options) { _device = device };
        try
        {
            // Says at once if the format is not ours.
            await storage.OffloadAsync(storage.ReadHead);
            return storage;
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    private static (DeviceFile Device, RocksStore Values) OpenFiles(string path, CorestoreStorageOptions options)
    {
        var database = Path.Combine(path, DatabaseFolder);
        var deviceFile = Path.Combine(path, DeviceFileName);
        // A process that ended while it made the store left an empty file and nothing else.
        if (new FileInfo(deviceFile) is { Exists: true, Length: 0 } && !Directory.Exists(database))
            File.Delete(deviceFile);
        if (!File.Exists(deviceFile))
        {
            if (!options.CreateIfMissing)
                throw new HypercoreException(HypercoreErrorCode.StorageEmpty, $"No store of cores is in {path}.");
            RefuseOlderFormats(path);
            Directory.CreateDirectory(path);
        }
        if (File.Exists(Path.Combine(database, "RECOVERING")))
            throw new HypercoreException(
                HypercoreErrorCode.StorageCorrupt,
                $"A JavaScript process began to recover {path} and has to finish that before the store can be used here."
            );
        var device = DeviceFile.Open(deviceFile);
        try
        {
            RocksManifest.Verify(database);
            return (device, RocksStore.Open(database, options.CreateIfMissing, options.BlockCacheBytes));
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    private static void RefuseOlderFormats(string path)
    {
        string[] marks = ["CURRENT", "cores", "primary-key"];
        var mark = Array.Find(marks, name => Path.Exists(Path.Combine(path, name)));
        if (mark is not null)
            throw new HypercoreException(
                HypercoreErrorCode.StorageCorrupt,
                $"{path} holds a store of an older format ({mark}). Open it once with JavaScript, which converts it."
            );
    }
}
