namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Limits how many requests we have sent without an answer: <c>limit</c> in the present slot of 750 ms and twice that in
/// the last four. Each answer gives one back. Numbers of dht-rpc 6.24.2, lib/io.js; the slots turn when asked, not by a
/// timer.
/// </summary>
internal sealed class CongestionWindow(int limit)
{
    public static readonly TimeSpan SlotLength = TimeSpan.FromMilliseconds(750);

    private const int SlotCount = 4;

    private readonly int[] _slots = new int[SlotCount];
    private TimeSpan _slotStart;
    private int _current;
    private int _total;

    /// <summary>When the next slot begins.</summary>
    public TimeSpan NextSlot => _slotStart + SlotLength;

    public bool IsFull(TimeSpan now)
    {
        Turn(now);
        return _total >= 2 * limit || _slots[_current] >= limit;
    }

    public void OnSent(TimeSpan now)
    {
        Turn(now);
        _slots[_current]++;
        _total++;
    }

    /// <summary>A request has ended, however.</summary>
    public void OnSettled(TimeSpan now)
    {
        Turn(now);
        if (_slots[_current] == 0)
            return;
        _slots[_current]--;
        _total--;
    }

    public void Clear()
    {
        Array.Clear(_slots);
        _total = 0;
    }

    private void Turn(TimeSpan now)
    {
        var steps = (now - _slotStart).Ticks / SlotLength.Ticks;
        if (steps <= 0)
            return;
        _slotStart += steps * SlotLength;
        for (var i = 0; i < Math.Min(steps, SlotCount); i++)
        {
            _current = (_current + 1) % SlotCount;
            _total -= _slots[_current];
            _slots[_current] = 0;
        }
    }
}
