using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hyper.Core.Internal;

/// <summary>
/// What Linux knows of an open file and .NET does not tell: inode, birth time, an extended attribute, a lock that belongs to
/// the descriptor. Elsewhere nothing is known, no attribute is set, and the sharing mode is the lock.
/// </summary>
/// <param name="IsKnown">Whether the system could be asked.</param>
/// <param name="Inode">The file's number.</param>
/// <param name="ModifiedMilliseconds">Unix time.</param>
/// <param name="BornMilliseconds">Unix time; 0 where the file system does not keep it.</param>
internal readonly partial record struct FileFacts(
    bool IsKnown,
    ulong Inode,
    long ModifiedMilliseconds,
    long BornMilliseconds
)
{
    private const string AttributeName = "user.device-file";
    private const int EmptyPath = 0x1000;
    private const uint BasicAndBirth = 0xfff;
    private const int StatBytes = 256;
    private const int SetLock = 37;
    private const short WriteLock = 1;

    public static FileFacts Read(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
            return default;
        Span<byte> stat = stackalloc byte[StatBytes];
        if (statx(file, "", EmptyPath, BasicAndBirth, stat) != 0)
            return default;
        // struct statx has one layout on every architecture: inode at 32, birth at 80, modification at 112.
        return new FileFacts(
            true,
            BinaryPrimitives.ReadUInt64LittleEndian(stat[32..]),
            Milliseconds(stat[112..]),
            Milliseconds(stat[80..])
        );
    }

    /// <summary>Whether this descriptor now holds the whole file (an open file description lock, as JavaScript takes it).</summary>
    public static bool TryLock(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        var whole = new FileLock { Type = WriteLock };
        return fcntl(file, SetLock, ref whole) == 0;
    }

    /// <summary>False where the file system keeps no attributes.</summary>
    public static bool TrySetAttribute(SafeFileHandle file, ReadOnlySpan<byte> value) =>
        OperatingSystem.IsLinux() && fsetxattr(file, AttributeName, value, (nuint)value.Length, 0) == 0;

    /// <summary>The attribute; empty if there is none.</summary>
    public static string GetAttribute(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
            return "";
        Span<byte> value = stackalloc byte[64];
        var length = fgetxattr(file, AttributeName, value, (nuint)value.Length);
        return length > 0 ? TextEncoding.UTF8.GetString(value[..(int)length]) : "";
    }

    private static long Milliseconds(ReadOnlySpan<byte> time) =>
        (BinaryPrimitives.ReadInt64LittleEndian(time) * 1000)
        + (BinaryPrimitives.ReadUInt32LittleEndian(time[8..]) / 1_000_000);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle file, string path, int flags, uint mask, Span<byte> stat);

    [LibraryImport("libc")]
    private static partial int fcntl(SafeFileHandle file, int command, ref FileLock range);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fsetxattr(
        SafeFileHandle file,
        string name,
        ReadOnlySpan<byte> value,
        nuint length,
        int flags
    );

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint fgetxattr(SafeFileHandle file, string name, Span<byte> value, nuint length);

    /// <summary>struct flock on 64-bit Linux; zero start and length mean the whole file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
