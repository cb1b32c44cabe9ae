namespace SideBySide.Work;

/// <summary>
/// Counts what the loop's thread allocates from the first quarter of a run to its end: what a run sets up once is not
/// counted, what it does again and again is. On the loop.
/// </summary>
/// <param name="total">Steps of the whole run, in whatever unit its progress is told.</param>
/// <param name="count">How many packets or messages there were so far.</param>
internal sealed class AllocationMeter(long total, Func<long> count)
{
    private long _bytes = -1;
    private long _count;

    /// <summary>Notes how far the run has come.</summary>
    public void OnProgress(long done)
    {
        if (_bytes >= 0 || done < total / 4)
            return;
        _count = count();
        _bytes = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <summary>Ends the count.</summary>
    /// <returns>Bytes a packet or message.</returns>
    public double PerUnit() =>
        (GC.GetAllocatedBytesForCurrentThread() - _bytes) / (double)Math.Max(count() - _count, 1);
}
