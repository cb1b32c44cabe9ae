namespace Hyper.Dht.Internal.Punching;

/// <summary>
/// Lets one punch with random ports happen at a time, and the next only some time after: each is some two thousand
/// datagrams, and hundreds of entries in a home router's table. One for a node. Source: hyperdht 6.27.0, index.js.
/// </summary>
internal sealed class RandomPunchLimiter(TimeProvider time)
{
    private bool _isTaken;
    private long? _endedAt;

    /// <summary>Whether a punch may begin now.</summary>
    public bool IsFree =>
        !_isTaken && (_endedAt is not { } ended || time.GetElapsedTime(ended) >= PunchTiming.RandomPunchPause);

    /// <summary>Takes the turn; the one who got it gives it back with <see cref="Exit"/>.</summary>
    public bool TryEnter()
    {
        if (!IsFree)
            return false;
        _isTaken = true;
        return true;
    }

    /// <summary>Gives the turn back. <paramref name="wasUsed"/>: probes were sent, so the pause begins.</summary>
    public void Exit(bool wasUsed)
    {
        _isTaken = false;
        if (wasUsed)
            _endedAt = time.GetTimestamp();
    }
}
