namespace TestKit;

/// <summary>How much a process may hold more at the end of the judged part of a soak than at its beginning.</summary>
public sealed record ResourceLimits
{
    /// <summary>Growth of live managed bytes. 512 KiB by default: 10,000 cycles that keep 64 bytes each are found.</summary>
    public long ManagedBytes { get; init; } = 512 * 1024;

    /// <summary>Growth of the resident set in bytes. Not judged by default: what a runtime gives back is its own affair.</summary>
    public long ResidentBytes { get; init; } = long.MaxValue;

    /// <summary>Growth of open handles. 3 by default, for the runtime's own.</summary>
    public int Handles { get; init; } = 3;

    /// <summary>Growth of threads. 4 by default: the thread pool breathes.</summary>
    public int Threads { get; init; } = 4;
}
