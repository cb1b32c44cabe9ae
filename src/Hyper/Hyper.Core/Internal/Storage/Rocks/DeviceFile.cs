using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hyper.Core.Internal;

/// <summary>
/// The file <c>CORESTORE</c>: it says on which machine and file the store was made, so that a copy is not mistaken for it, and
/// is locked as long as the store is open. Source: device-file 2.3.1, index.js.
/// </summary>
internal sealed class DeviceFile : IDisposable
{
    private const int MaxBytes = 4096;
    private const string Attribute = "original";

    /// <summary>How far the recorded time may be from the file's own.</summary>
    private const long SlackMilliseconds = 5000;

    private readonly SafeFileHandle _file;

    private DeviceFile(SafeFileHandle file) => _file = file;

    private static string Platform =>
        OperatingSystem.IsLinux() ? "linux"
        : OperatingSystem.IsMacOS() ? "darwin"
        : "win32";

    private static string NewLine => OperatingSystem.IsWindows() ? "\r\n" : "\n";

    /// <summary>Opens and checks the file, or makes it. May block.</summary>
    /// <exception cref="HypercoreException">STORAGE_LOCKED: in use. STORAGE_CONFLICT: a copy, or moved between machines.</exception>
    public static DeviceFile Open(string path)
    {
        var isNew = !File.Exists(path);
        SafeFileHandle file;
        try
        {
            // Unix: no lock of .NET's own, which JavaScript would not see; Windows: the sharing mode is the lock.
            file = File.OpenHandle(
                path,
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                OperatingSystem.IsWindows() ? FileShare.Read : FileShare.ReadWrite
            );
        }
        catch (IOException error)
        {
            throw new HypercoreException(HypercoreErrorCode.StorageLocked, $"{path} could not be opened.", error);
        }
        try
        {
            if (!FileFacts.TryLock(file))
                throw new HypercoreException(
                    HypercoreErrorCode.StorageLocked,
                    $"{path} is in use by another process. Close that one, or choose another folder."
                );
            if (isNew)
                Write(file);
            else
                Check(file, path);
            return new DeviceFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Ends the lock.</summary>
    public void Dispose() => _file.Dispose();

    private static void Write(SafeFileHandle file)
    {
        var facts = FileFacts.Read(file);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"device/platform={Platform}{NewLine}");
        text.Append(CultureInfo.InvariantCulture, $"device/inode={facts.Inode}{NewLine}");
        text.Append(CultureInfo.InvariantCulture, $"device/created={facts.ModifiedMilliseconds}{NewLine}");
        if (FileFacts.TrySetAttribute(file, TextEncoding.UTF8.GetBytes(Attribute)))
            text.Append(CultureInfo.InvariantCulture, $"device/attribute={Attribute}{NewLine}");
        RandomAccess.Write(file, TextEncoding.UTF8.GetBytes(text.ToString()), 0);
    }

    private static void Check(SafeFileHandle file, string path)
    {
        var bytes = new byte[MaxBytes];
        var text = TextEncoding.UTF8.GetString(bytes.AsSpan(0, RandomAccess.Read(file, bytes, 0)));
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
                lines[line[..at].Trim()] = line[(at + 1)..].Trim();
        }
        var facts = FileFacts.Read(file);
        var problem =
            lines.TryGetValue("device/platform", out var platform) && platform != Platform
                ? "it was made on another platform"
            : FileFacts.GetAttribute(file) != lines.GetValueOrDefault("device/attribute", "") ? "it was copied or moved"
            : !Matches(lines, facts) ? "it was copied or changed"
            : null;
        if (problem is not null)
            throw new HypercoreException(
                HypercoreErrorCode.StorageConflict,
                $"{path} does not belong to this folder: {problem}. Two copies of a store would sign different histories."
            );
    }

    private static bool Matches(Dictionary<string, string> lines, FileFacts facts)
    {
        if (!facts.IsKnown)
            return true;
        var hasInode = ulong.TryParse(
            lines.GetValueOrDefault("device/inode"),
            CultureInfo.InvariantCulture,
            out var inode
        );
        _ = long.TryParse(lines.GetValueOrDefault("device/created"), CultureInfo.InvariantCulture, out var created);
        var touched = Math.Max(facts.ModifiedMilliseconds, facts.BornMilliseconds);
        return hasInode && inode == facts.Inode && (created == 0 || Math.Abs(touched - created) < SlackMilliseconds);
    }
}
