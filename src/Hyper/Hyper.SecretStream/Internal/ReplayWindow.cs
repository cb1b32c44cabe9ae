namespace Hyper.SecretStream.Internal;

/// <summary>
/// Which counters of unordered messages have come, so that each is taken once. The window follows the highest counter;
/// what is older than the window is taken for a repetition. Counters wrap around, as those of the sender do.
/// </summary>
internal sealed class ReplayWindow
{
    /// <summary>How far behind the highest counter a message may be: 20 ms at a hundred thousand messages a second.</summary>
    public const int Counters = 2048;

    private const int WordBits = 64;

    // Bit n is that of the one counter within the window that is n modulo its size.
    private readonly ulong[] _seen = new ulong[Counters / WordBits];
    private ulong _highest;
    private bool _isBegun;

    /// <summary>Whether a message with this counter would be taken.</summary>
    public bool IsFresh(ulong counter)
    {
        var ahead = Ahead(counter);
        return !_isBegun || ahead > 0 || (ahead > -Counters && (Word(counter) & Bit(counter)) == 0);
    }

    /// <summary>Notes a counter that is fresh. Only for authentic messages: a forged one would move the window.</summary>
    public void Add(ulong counter)
    {
        var ahead = Ahead(counter);
        if (!_isBegun)
            _highest = counter;
        else if (ahead > 0)
            Advance(counter, ahead);
        _isBegun = true;
        Word(counter) |= Bit(counter);
    }

    private void Advance(ulong counter, long ahead)
    {
        if (ahead >= Counters)
            Array.Clear(_seen);
        else
            for (var passed = _highest + 1; passed != counter; passed++)
                Word(passed) &= ~Bit(passed);
        Word(counter) &= ~Bit(counter);
        _highest = counter;
    }

    private long Ahead(ulong counter) => (long)(counter - _highest);

    private ref ulong Word(ulong counter) => ref _seen[counter % Counters / WordBits];

    private static ulong Bit(ulong counter) => 1UL << (int)(counter % WordBits);
}
