using System.Diagnostics;
using System.Globalization;

namespace TestKit;

/// <summary>What this process holds at one moment.</summary>
/// <param name="Operations">Operations done by then.</param>
/// <param name="ManagedBytes">Bytes of live managed objects, after full collections.</param>
/// <param name="ResidentBytes">Bytes of the process in memory, native allocations included; told, not judged by default.</param>
/// <param name="Handles">Open file descriptors on Linux, handles elsewhere.</param>
/// <param name="Threads">Threads of the process.</param>
public readonly record struct ResourceSample(
    long Operations,
    long ManagedBytes,
    long ResidentBytes,
    int Handles,
    int Threads
)
{
    private const string DescriptorFolder = "/proc/self/fd";

    /// <summary>Collects all garbage and looks.</summary>
    public static ResourceSample Take(long operations)
    {
        // A finalizer may free what a second finalizable object held.
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        using var process = Process.GetCurrentProcess();
        var handles = OperatingSystem.IsLinux()
            ? Directory.GetFileSystemEntries(DescriptorFolder).Length
            : process.HandleCount;
        return new ResourceSample(
            operations,
            GC.GetTotalMemory(forceFullCollection: true),
            process.WorkingSet64,
            handles,
            process.Threads.Count
        );
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Operations, 9:N0} done: {ManagedBytes / 1024.0, 9:N0} KiB managed, {ResidentBytes / 1024.0, 9:N0} KiB resident, {Handles, 4} handles, {Threads, 3} threads"
        );
}
