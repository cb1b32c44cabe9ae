namespace Hyper.Dht.Internal.Records;

/// <summary>Says how many generations of a cache have passed, at two thirds of the entries' age each.</summary>
internal sealed class GenerationClock(TimeProvider time, TimeSpan age)
{
    private readonly TimeSpan _generation = age * (2.0 / 3.0);
    private long _started = time.GetTimestamp();

    /// <summary>Generations that ended since the last call: 0, 1 or 2, since two empty the cache.</summary>
    public int TakeTurns()
    {
        var elapsed = time.GetElapsedTime(_started);
        if (elapsed < _generation)
            return 0;
        var turns = elapsed.Ticks / _generation.Ticks;
        _started += (long)((_generation * turns).TotalSeconds * time.TimestampFrequency);
        return (int)Math.Min(turns, 2);
    }

    /// <summary>Begins a generation now.</summary>
    public void Restart() => _started = time.GetTimestamp();
}
