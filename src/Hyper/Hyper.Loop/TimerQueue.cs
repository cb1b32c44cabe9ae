using System.Diagnostics;

namespace Hyper.Loop;

/// <summary>
/// The timers of one loop: a binary heap by due time, ties in order of arming. Belongs to the loop; arming, moving and
/// disarming cost O(log n) and allocate nothing.
/// </summary>
public sealed class TimerQueue
{
    private Entry[] _heap = new Entry[64];
    private int _count;
    private long _sequence;
    private long _earliest = long.MinValue;

    /// <summary>Due time of the earliest timer in ticks of the loop's clock, or <see cref="long.MaxValue"/>.</summary>
    public long NextDue => _count == 0 ? long.MaxValue : _heap[0].Due;

    /// <summary>Number of armed timers.</summary>
    public int Count => _count;

    internal void Arm(LoopTimer timer, long due)
    {
        var entry = new Entry(Math.Max(due, _earliest), _sequence++, timer);
        if (timer.HeapIndex < 0)
        {
            if (_count == _heap.Length)
                Array.Resize(ref _heap, _heap.Length * 2);
            timer.HeapIndex = _count++;
            SiftUp(timer.HeapIndex, entry);
        }
        else if (entry.IsBefore(_heap[timer.HeapIndex]))
        {
            SiftUp(timer.HeapIndex, entry);
        }
        else
        {
            SiftDown(timer.HeapIndex, entry);
        }
    }

    internal void Disarm(LoopTimer timer)
    {
        var index = timer.HeapIndex;
        if (index < 0)
            return;
        timer.HeapIndex = -1;
        var last = _heap[--_count];
        _heap[_count] = default;
        if (index == _count)
            return;
        if (index > 0 && last.IsBefore(_heap[(index - 1) >> 1]))
            SiftUp(index, last);
        else
            SiftDown(index, last);
    }

    /// <summary>Fires the earliest timer if it is due at <paramref name="now"/>.</summary>
    public bool FireNext(long now)
    {
        if (_count == 0 || _heap[0].Due > now)
            return false;
        var timer = _heap[0].Timer;
        Disarm(timer);
        timer.Fire(now);
        return true;
    }

    /// <summary>
    /// Fires every timer that is due at <paramref name="now"/>. What is armed meanwhile waits for the next call, also when it
    /// is due already: a timer that arms itself in the past must not keep the loop from everything else.
    /// </summary>
    public void FireDue(long now)
    {
        _earliest = now + 1;
        try
        {
            while (FireNext(now)) { }
        }
        finally
        {
            _earliest = long.MinValue;
        }
    }

    private void SiftUp(int index, Entry entry)
    {
        while (index > 0)
        {
            var parent = (index - 1) >> 1;
            if (!entry.IsBefore(_heap[parent]))
                break;
            Place(index, _heap[parent]);
            index = parent;
        }
        Place(index, entry);
    }

    private void SiftDown(int index, Entry entry)
    {
        while (true)
        {
            var child = (index << 1) + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
                child++;
            if (!_heap[child].IsBefore(entry))
                break;
            Place(index, _heap[child]);
            index = child;
        }
        Place(index, entry);
    }

    private void Place(int index, Entry entry)
    {
        Debug.Assert(index < _count);
        _heap[index] = entry;
        entry.Timer.HeapIndex = index;
    }

    private readonly record struct Entry(long Due, long Sequence, LoopTimer Timer)
    {
        public bool IsBefore(in Entry other) => Due < other.Due || (Due == other.Due && Sequence < other.Sequence);
    }
}
