namespace Hyper.Udx.Internal;

/// <summary>
/// Spreads packets over time at a given rate. It keeps the moment at which the next packet is due; a sender that was
/// held up may catch up by <see cref="MaxCredit"/>, so the rate holds although the loop wakes for a batch, not a packet.
/// </summary>
internal sealed class Pacer
{
    /// <summary>Time that may be made up for in one burst.</summary>
    private const long MaxCredit = 1_000_000;

    /// <summary>How long the sender sleeps beyond the due time, to have a batch when it wakes.</summary>
    private const long Quantum = 500_000;

    private const long NanosecondsPerMicrosecond = 1_000;

    // In nanoseconds: at 1 GB/s a packet lasts 1.2 microseconds, and rounding each to 1 would be 20 % too fast.
    private long _dueAt;

    public bool IsDue(long now) => _dueAt <= now * NanosecondsPerMicrosecond;

    /// <summary>When to wake a sender that <see cref="IsDue"/> has stopped, in microseconds.</summary>
    public long WakeAt => (_dueAt + Quantum) / NanosecondsPerMicrosecond;

    /// <summary>
    /// Counts a packet that leaves. One that could not wait for its turn (a probe) is not paid for by later ones: after any
    /// number of them the next is due no later than after one alone.
    /// </summary>
    public void OnSent(int bytes, long bytesPerSecond, long now)
    {
        var latest = now * NanosecondsPerMicrosecond;
        _dueAt = Math.Clamp(_dueAt, latest - MaxCredit, latest) + bytes * 1_000_000_000L / Math.Max(bytesPerSecond, 1);
    }
}
